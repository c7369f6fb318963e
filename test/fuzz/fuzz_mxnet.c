/* The linear learner's files, behind one another: u16 bytes of the graph, u16 of the additional ones, then
 * both, then the parameters. */
#include "test/fuzz/model_target.h"

#include "core/import/mxnet/linear_learner.h"
#include "foretell/buffer.h"

static enum ft_status read_files(struct ft_import *out, struct ft_arena *arena,
                                 struct ft_span bytes, struct ft_error *err) {
  struct ft_reader reader = ft_reader_of(bytes);
  const uint16_t graph = ft_reader_u16(&reader), more = ft_reader_u16(&reader);
  struct ft_span symbol = ft_reader_bytes(&reader, graph);
  struct ft_span additional = ft_reader_bytes(&reader, more);
  FT_TRY(ft_reader_check(&reader, false, "the files", err));
  struct ft_span parameters = { (const char *)reader.data, reader.left };
  return ft_linear_learner_read(out, arena, symbol, parameters, additional, err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  read_in_every_way(read_files, data, size);
  read_in_every_way(ft_mxnet_parameters_refuse, data, size);
  return 0;
}
