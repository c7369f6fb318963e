/* What operators on predictions take in. */
#ifndef FORETELL_IMPORT_ONNX_FORMS_OPERANDS_H
#define FORETELL_IMPORT_ONNX_FORMS_OPERANDS_H

#include "core/import/onnx/onnx_forms.h"

bool ft_onnx_is_named(const struct ft_onnx_node *node, const char *name);

/* The numbers of a constant input; NULL: it is none. */
const struct ft_onnx_constant *ft_onnx_numbers_of(const struct ft_onnx *onnx,
                                                  const struct ft_onnx_node *node, size_t index);

/* An input as forms, one of constants too. */
enum ft_status ft_onnx_operand(struct ft_onnx_forms *out, struct ft_onnx *onnx,
                               const struct ft_onnx_node *node, size_t index,
                               struct ft_error *err) FT_MUST_CHECK;
bool ft_onnx_forms_are_constant(const struct ft_onnx_forms *forms);
/* A table of one column stands for one of any width. */
const struct ft_onnx_form *ft_onnx_form_at(const struct ft_onnx_forms *forms, uint32_t index);

/* The first two inputs, of one width or one of them of one column. */
struct ft_onnx_pair {
  struct ft_onnx_forms a, b;
  uint32_t width;
};
enum ft_status ft_onnx_operands(struct ft_onnx_pair *out, struct ft_onnx *onnx,
                                const struct ft_onnx_node *node,
                                struct ft_error *err) FT_MUST_CHECK;

/* a × by + b × times */
enum ft_status ft_onnx_forms_combine(struct ft_onnx_forms *out, struct ft_onnx *onnx,
                                     const struct ft_onnx_pair *pair, double by, double times,
                                     struct ft_error *err) FT_MUST_CHECK;

/* Gives what the function makes of one tree's numbers; else refuses. */
enum ft_status ft_onnx_forms_map_or_refuse(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                           const struct ft_onnx_forms *a,
                                           const struct ft_onnx_forms *b,
                                           ft_onnx_function *function, const void *context,
                                           const char *why, struct ft_error *err) FT_MUST_CHECK;

#endif
