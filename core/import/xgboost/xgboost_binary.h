/* XGBoost's binary format, the only one before 1.0 and the default up to 2.0, made into the document
 * that its JSON would be.
 *
 * Shapes    "binf", which files before 0.7 and raw buffers lack; a header of numbers; two texts; the
 *           booster; pairs of texts. "CONFIG-offset:" stands before a buffer that has the
 *           configuration behind the model, as Booster.__getstate__ and R make it.
 * Numbers   little-endian. base_score is the margin before 1.0.
 * Source    XGBoost's learner.cc, gbtree_model.h, gblinear_model.h and tree_model.h, 0.4 to 2.1. */
#ifndef FORETELL_IMPORT_XGBOOST_BINARY_H
#define FORETELL_IMPORT_XGBOOST_BINARY_H

#include "core/import/document/document.h"

/* Does it begin as that format does? */
bool ft_xgboost_binary_begins(struct ft_span bytes);

/* Errors: FT_CORRUPT      it is cut short, or breaks its own counts
 *         FT_UNSUPPORTED  trees with several roots or leaves of several numbers; FT_NOMEM */
enum ft_status ft_xgboost_binary_document(struct ft_element *out, struct ft_arena *arena,
                                          struct ft_span bytes, struct ft_error *err) FT_MUST_CHECK;

#endif
