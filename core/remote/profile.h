/* AWS's configuration files: sections of names and values.
 *
 * Form     [profile name] or [name], name = value, comments from # or ;. Indented lines belong to the
 *          name above them and are passed over.
 * Strict   a line of another form is an error that gives its number, never its text: such files hold
 *          secrets.
 * Source   AWS SDKs and Tools Reference Guide, "Shared config and credentials files" */
#ifndef FORETELL_REMOTE_PROFILE_H
#define FORETELL_REMOTE_PROFILE_H

#include <stdbool.h>

#include "foretell/error.h"
#include "foretell/span.h"

struct ft_profile_entry {
  const char *name;     /* wanted; lower case */
  struct ft_span value; /* the last one found; data NULL: none. Borrowed from the text */
};

/* Find entries of a section; `prefixed`: sections are called "profile x" but for "default" (the
 * config file). *found: the section is there. `entry` is untouched on failure.
 * Errors: FT_INVALID with the line's number; `file` is the file's name in the message */
enum ft_status ft_profile_read(struct ft_profile_entry *entry, size_t entries, bool *found,
                               struct ft_span text, struct ft_span section, bool prefixed,
                               const char *file, struct ft_error *err) FT_MUST_CHECK;

#endif
