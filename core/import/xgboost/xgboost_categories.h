/* The values behind the codes of a model's categories: from 3.1 on, files of data frames have them.
 *
 * Texts    stand one after another, with where each begins and the last ends. The Python package up to
 *          3.3 counts letters there where it should count bytes, and cuts as many bytes off the end
 *          as the letters outside ASCII have more; from Arrow it takes them right. So each text that
 *          some split tells from others must be the same by both counts, unless only one is possible.
 * Codes    where FUNCTION gives an integer type to a category that is none of integers, the caller
 *          passes the codes, and the values are not read. */
#ifndef FORETELL_IMPORT_XGBOOST_CATEGORIES_H
#define FORETELL_IMPORT_XGBOOST_CATEGORIES_H

#include "core/import/base/signature.h"
#include "core/import/document/document.h"

/* A version as one number. */
#define FT_XGBOOST_VERSION(major, minor) ((uint32_t)(major)*1000 + (uint32_t)(minor))

/* Set the categories of the inputs that are coded and marked (coded.h).
 * `model`: the booster's, of trees; its list of categories may be absent.
 *
 * Errors: FT_UNSUPPORTED  values that nobody can tell from this file
 *         FT_CORRUPT      lists that break their own bounds; FT_NOMEM */
enum ft_status ft_xgboost_categories_read(struct ft_signature_input *input, uint32_t inputs,
                                          const struct ft_import *import, struct ft_arena *arena,
                                          const struct ft_element *model, uint32_t version,
                                          struct ft_error *err) FT_MUST_CHECK;

#endif
