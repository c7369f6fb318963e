/* The labels of an imported classifier: the file's own, the statement's, or 0, 1, … */
#ifndef FORETELL_IMPORT_BASE_CLASS_LABELS_H
#define FORETELL_IMPORT_BASE_CLASS_LABELS_H

#include "core/import/base/reader.h"

/* Set the labels of a model whose target is set. `own` are the file's; NULL: none but the codes.
 *
 * Errors: FT_INVALID  the statement's are not as many, or others than the file's; a label that the
 *                     target's type cannot hold */
enum ft_status ft_class_labels_make(struct ft_import *import, struct ft_arena *arena,
                                    const struct ft_span *own, uint32_t classes,
                                    struct ft_error *err) FT_MUST_CHECK;

/* Of a model that answers with a number: the statement may give no labels. `classes` as above; 0: it
 * predicts no classes. */
enum ft_status ft_class_labels_refuse(const struct ft_import *import, uint32_t classes,
                                      struct ft_error *err) FT_MUST_CHECK;

#endif
