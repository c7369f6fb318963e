/* Texts as protocol 0 escapes them, a line each. */
#ifndef FORETELL_IMPORT_PICKLE_TEXT_H
#define FORETELL_IMPORT_PICKLE_TEXT_H

#include "core/import/pickle/pickle_graph.h"

/* Python 2's str between its quotes, with the escapes of repr: any bytes. */
enum ft_status ft_pickle_unescape(struct ft_span *out, struct ft_pickle_reading *reading,
                                  struct ft_span line, struct ft_error *err) FT_MUST_CHECK;

/* Latin-1 with \uXXXX and \UXXXXXXXX, as UTF-8. */
enum ft_status ft_pickle_unescape_unicode(struct ft_span *out, struct ft_pickle_reading *reading,
                                          struct ft_span line, struct ft_error *err) FT_MUST_CHECK;

#endif
