/* The manifest of a trained model: a run's report as JSON (docs/artifact.md has its keys). */
#ifndef FORETELL_TRAIN_MANIFEST_H
#define FORETELL_TRAIN_MANIFEST_H

#include "core/train/run.h"
#include "foretell/buffer.h"

enum ft_status ft_manifest_write(struct ft_buffer *out, const struct ft_run *run, double seconds,
                                 struct ft_error *err) FT_MUST_CHECK;

#endif
