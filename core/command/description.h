/* The rows of SHOW MODEL as they are made: two columns, Key and Value.
 *
 * Failure  sticky: a failed allocation shows once, in ft_description_grid.
 * Texts    keys live as long as the rows; values are copied into the arena. */
#ifndef FORETELL_COMMAND_DESCRIPTION_H
#define FORETELL_COMMAND_DESCRIPTION_H

#include <jansson.h>
#include <stdbool.h>

#include "foretell/arena.h"
#include "foretell/artifact.h"
#include "foretell/buffer.h"
#include "foretell/command.h"
#include "foretell/error.h"
#include "foretell/host.h"
#include "foretell/statement.h"

struct ft_description {
  struct ft_arena *arena;
  const struct ft_model_record *record;
  const struct ft_create_model *create; /* the stored statement; NULL: it cannot be read */
  json_t *manifest;                     /* an object; NULL: none, or not readable */
  const struct ft_artifact *artifact;   /* NULL: none, or not readable */
  const char *damage;                   /* what of the stored model is damaged; NULL: nothing */
  struct ft_buffer text;                /* a value being made */
  struct ft_span *cell;                 /* key, value, key, value … */
  size_t rows;
  size_t capacity; /* rows */
  bool failed;
};

/* One row, or several: a table of these is what SHOW MODEL prints. */
struct ft_description_rule {
  const char *key;
  void (*describe)(struct ft_description *description, const char *key);
};

void ft_description_add(struct ft_description *description, const char *key, struct ft_span value);
void ft_description_print(struct ft_description *description, const char *key, const char *format,
                          ...) FT_PRINTF(3, 4);
/* A number with a fixed count of decimals and a point, whatever the locale. */
#define FT_DESCRIPTION_REAL 400 /* bytes of the longest */
void ft_description_write_real(char out[FT_DESCRIPTION_REAL], double value, int decimals);
void ft_description_real(struct ft_description *description, const char *key, double value,
                         int decimals);

/* The manifest's member at a path of keys ("rows.read"); NULL when it is not there. */
const json_t *ft_description_member(const struct ft_description *description, const char *path);
/* Its text, or NULL; its number, or `otherwise`. Texts live as long as the manifest. */
const char *ft_description_text(const struct ft_description *description, const char *path);
double ft_description_number(const struct ft_description *description, const char *path,
                             double otherwise);

enum ft_status ft_description_grid(struct ft_grid *out, struct ft_description *description,
                                   struct ft_error *err) FT_MUST_CHECK;

/* The metric that the model was judged by, of the manifest; NULL: none. */
const json_t *ft_description_main_metric(const struct ft_description *description);

/* The rules, in order: Redshift's keys, scores, then ours. A rule without a function ends them. */
extern const struct ft_description_rule ft_description_rules[];
extern const struct ft_description_rule ft_description_score_rules[];
extern const struct ft_description_rule ft_description_own_rules[];
/* Instead of the first, of a model made elsewhere. */
extern const struct ft_description_rule ft_description_import_rules[];
/* Instead of the first, of a model that is served elsewhere. */
extern const struct ft_description_rule ft_description_remote_rules[];

#endif
