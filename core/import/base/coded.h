/* Splits by sets of codes: from the numbering of a file to that of our encoders. */
#ifndef FORETELL_IMPORT_BASE_CODED_H
#define FORETELL_IMPORT_BASE_CODED_H

#include "core/import/base/leaves.h"
#include "core/import/base/signature.h"

/* Note which inputs are split by sets, and which codes the sets have; check that every feature is
 * one of the inputs, and none is split by thresholds, too.
 *
 * Errors: FT_CORRUPT, FT_NOMEM */
enum ft_status ft_coded_mark(struct ft_signature_input *input, uint32_t inputs,
                             struct ft_arena *arena, const struct ft_grown_trees *trees,
                             struct ft_error *err) FT_MUST_CHECK;

/* The sets in our codes, once ft_signature_inputs has made the encoders. */
enum ft_status ft_coded_renumber(struct ft_grown_trees *trees, struct ft_arena *arena,
                                 const struct ft_model *model,
                                 const struct ft_signature_input *input,
                                 const struct ft_signature_codes *codes,
                                 struct ft_error *err) FT_MUST_CHECK;

#endif
