/* A borrowed run of bytes, usually UTF-8 text; not terminated by NUL. */
#ifndef FORETELL_SPAN_H
#define FORETELL_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ft_span {
  const char *data; /* borrowed; may be NULL when size is 0 */
  size_t size;      /* bytes */
};

#define FT_SPAN(literal) ((struct ft_span){ (literal), sizeof(literal) - 1 })
/* For printf: "%.*s", FT_SPAN_ARG(span) */
#define FT_SPAN_ARG(span) (int)(span).size, (span).data ? (span).data : ""

struct ft_span ft_span_of(const char *text); /* NULL gives an empty span */
bool ft_span_equal(struct ft_span a, struct ft_span b);
bool ft_span_equal_nocase(struct ft_span a, struct ft_span b); /* ASCII letters only */
int ft_span_compare(struct ft_span a, struct ft_span b);       /* bytes, then length */
struct ft_span ft_span_trim(struct ft_span span);              /* ASCII white space */
/* Where `within` first has the bytes of `word`; NULL where it has not, or the word is empty. */
const char *ft_span_find(struct ft_span within, struct ft_span word);
bool ft_span_is_utf8(struct ft_span span);

/* Edit distance of two words without regard to case, at most `limit` + 1; for "did you mean". */
size_t ft_span_distance(struct ft_span a, struct ft_span b, size_t limit);

#endif
