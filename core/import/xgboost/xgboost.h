/* XGBoost's models: JSON and UBJSON of versions 1.0 to 3.x, the binary format of 0.4 to 2.1, and the
 * buffers that its pickles hold.
 *
 * Boosters   gbtree and dart become forests, gblinear a net of one layer.
 * Rounds     all of them, as Booster.predict takes; up to the best one where scikit-learn's wrapper or
 *            SageMaker would stop there.
 * Numbers    a split sends float32 values below its threshold to the left: ours does, too.
 * Source     XGBoost's model schema (doc/model.schema), and its predictor's behaviour. */
#ifndef FORETELL_IMPORT_XGBOOST_H
#define FORETELL_IMPORT_XGBOOST_H

#include "core/import/base/leaves.h"
#include "core/import/base/reader.h"
#include "core/import/document/document.h"

enum ft_status ft_xgboost_json_read(struct ft_import *out, struct ft_arena *arena,
                                    struct ft_span bytes, struct ft_error *err) FT_MUST_CHECK;
enum ft_status ft_xgboost_ubjson_read(struct ft_import *out, struct ft_arena *arena,
                                      struct ft_span bytes, struct ft_error *err) FT_MUST_CHECK;

enum ft_status ft_xgboost_binary_read(struct ft_import *out, struct ft_arena *arena,
                                      struct ft_span bytes, struct ft_error *err) FT_MUST_CHECK;

/* The rounds that a model of trees has; a random forest is one. */
double ft_xgboost_rounds(const struct ft_element *document);

/* The trees of the first `rounds` rounds; nodes are numbered anew, children after their parent.
 * `document` is a file's, as a whole; features are not compared with the model's.
 *
 * Errors: FT_CORRUPT  not a model of trees, or one that breaks its own indices; FT_NOMEM */
enum ft_status ft_xgboost_trees_read(struct ft_grown_trees *out, struct ft_arena *arena,
                                     const struct ft_element *document, uint32_t rounds,
                                     uint32_t outputs, struct ft_error *err) FT_MUST_CHECK;

/* base_score, before any link: one number, or one an output. */
enum ft_status ft_xgboost_base_read(double *out, uint32_t outputs, struct ft_arena *arena,
                                    const struct ft_element *document,
                                    struct ft_error *err) FT_MUST_CHECK;

#endif
