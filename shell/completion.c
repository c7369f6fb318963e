#include "shell/completion.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "foretell/statement.h"
#include "shell/dot.h"

#define MATCHES_MAX 5000

struct search {
  struct ft_completion *out;
  struct ft_arena *arena;
  const struct ft_completion_source *source;
  struct ft_span word; /* what is to be completed */
  const char **match;
  size_t matches;
};

static bool begins_with(const char *candidate, struct ft_span word) {
  return strlen(candidate) >= word.size && strncasecmp(candidate, word.data, word.size) == 0;
}

static void add_match(struct search *search, const char *text) {
  if (text && search->matches < MATCHES_MAX) search->match[search->matches++] = text;
}

/* A keyword in the case of the word's last letter. */
static void add_keyword(struct search *search, const char *keyword) {
  if (!begins_with(keyword, search->word)) return;
  char *copy = ft_arena_text(search->arena, ft_span_of(keyword));
  bool lower =
      search->word.size > 0 && islower((unsigned char)search->word.data[search->word.size - 1]);
  for (char *letter = copy; letter && *letter; letter++)
    *letter = (char)(lower ? tolower((unsigned char)*letter) : toupper((unsigned char)*letter));
  add_match(search, copy);
}

static bool is_word_byte(char byte) {
  return isalnum((unsigned char)byte) || byte == '_' || (unsigned char)byte >= 0x80;
}

static bool needs_quotes(const char *name) {
  if (isdigit((unsigned char)name[0])) return true;
  for (; *name; name++)
    if (!is_word_byte(*name)) return true;
  return false;
}

static void add_name(struct search *search, const char *name) {
  if (!begins_with(name, search->word)) return;
  if (!isalpha((unsigned char)name[0]) && search->word.size == 0 && name[0] != '_') return;
  add_match(search, needs_quotes(name) && !strchr(name, '"')
                        ? ft_arena_print(search->arena, "\"%s\"", name)
                        : name);
}

static void add_list(struct search *search, enum ft_engine_list list) {
  const char *const *name;
  size_t names = search->source->names(search->source->self, list, search->arena, &name);
  for (size_t i = 0; i < names; i++)
    if (list == FT_LIST_KEYWORDS)
      add_keyword(search, name[i]);
    else
      add_name(search, name[i]);
}

static void add_files(struct search *search, struct ft_span path) {
  size_t slash = path.size;
  while (slash > 0 && path.data[slash - 1] != '/')
    slash--;
  char *folder = ft_arena_text(search->arena, (struct ft_span){ path.data, slash });
  struct ft_span rest = { path.data + slash, path.size - slash };
  DIR *entries = folder ? opendir(slash > 0 ? folder : ".") : NULL;
  if (!entries) return;
  for (struct dirent *entry; (entry = readdir(entries)) != NULL;) {
    struct stat status;
    bool hidden = entry->d_name[0] == '.' && (rest.size == 0 || rest.data[0] != '.');
    if (hidden || strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    if (strncmp(entry->d_name, rest.data ? rest.data : "", rest.size) != 0) continue;
    char *whole = ft_arena_print(search->arena, "%s%s", folder, entry->d_name);
    bool inside = whole && stat(whole, &status) == 0 && S_ISDIR(status.st_mode);
    add_match(search, inside ? ft_arena_print(search->arena, "%s/", whole) : whole);
  }
  closedir(entries);
}

static int compare_matches(const void *a, const void *b) {
  const char *const *left = a, *const *right = b;
  int order = strcasecmp(*left, *right);
  return order ? order : strcmp(*left, *right);
}

/* Sort, drop repetitions (in any case: a name may be a keyword), find the common beginning. */
static void finish(struct search *search, size_t start) {
  struct ft_completion *out = search->out;
  if (search->matches == 0) return;
  qsort(search->match, search->matches, sizeof *search->match, compare_matches);
  size_t kept = 1;
  for (size_t i = 1; i < search->matches; i++)
    if (strcasecmp(search->match[i], search->match[kept - 1]) != 0)
      search->match[kept++] = search->match[i];
  size_t common = strlen(search->match[0]);
  for (size_t i = 1; i < kept; i++)
    for (size_t c = 0; c < common; c++)
      if (tolower((unsigned char)search->match[i][c]) !=
          tolower((unsigned char)search->match[0][c]))
        common = c;
  /* Never leave half a character behind. */
  while (common > 0 && ((unsigned char)search->match[0][common] & 0xC0) == 0x80)
    common--;
  out->common = ft_arena_text(search->arena, (struct ft_span){ search->match[0], common });
  if (!out->common) return;
  out->start = start;
  out->match = search->match;
  out->matches = kept;
}

#define LISTS(list) (1u << (list))
#define EVERYTHING  (~0u)

/* After these words only some kinds of names make sense. */
static const struct {
  const char *word;
  unsigned lists;
} context[] = {
  { "from", LISTS(FT_LIST_TABLES) | LISTS(FT_LIST_SCHEMAS) },
  { "join", LISTS(FT_LIST_TABLES) | LISTS(FT_LIST_SCHEMAS) },
  { "into", LISTS(FT_LIST_TABLES) | LISTS(FT_LIST_SCHEMAS) },
  { "update", LISTS(FT_LIST_TABLES) | LISTS(FT_LIST_SCHEMAS) },
  { "table", LISTS(FT_LIST_TABLES) | LISTS(FT_LIST_SCHEMAS) },
  { "view", LISTS(FT_LIST_TABLES) | LISTS(FT_LIST_SCHEMAS) },
  { "describe", LISTS(FT_LIST_TABLES) | LISTS(FT_LIST_SCHEMAS) },
  { "summarize", LISTS(FT_LIST_TABLES) | LISTS(FT_LIST_SCHEMAS) },
  { "create", LISTS(FT_LIST_KEYWORDS) },
  { "drop", LISTS(FT_LIST_KEYWORDS) },
  { "alter", LISTS(FT_LIST_KEYWORDS) },
  { "model", LISTS(FT_LIST_MODELS) },
  { "target", LISTS(FT_LIST_COLUMNS) },
  { "set", LISTS(FT_LIST_SETTINGS) | LISTS(FT_LIST_COLUMNS) },
  { "reset", LISTS(FT_LIST_SETTINGS) },
  { "pragma", LISTS(FT_LIST_SETTINGS) | LISTS(FT_LIST_FUNCTIONS) },
};

static struct ft_span word_before(struct ft_span text) {
  size_t end = text.size;
  while (end > 0 && isspace((unsigned char)text.data[end - 1]))
    end--;
  size_t start = end;
  while (start > 0 && is_word_byte(text.data[start - 1]))
    start--;
  return (struct ft_span){ text.data + start, end - start };
}

static unsigned lists_after(struct ft_span before) {
  struct ft_span word = word_before(before);
  for (size_t i = 0; i < sizeof context / sizeof context[0]; i++)
    if (ft_span_equal_nocase(word, ft_span_of(context[i].word))) return context[i].lists;
  if (before.size > 0 && before.data[before.size - 1] == '.')
    return LISTS(FT_LIST_COLUMNS) | LISTS(FT_LIST_TABLES) | LISTS(FT_LIST_FUNCTIONS);
  return EVERYTHING;
}

/* The columns of the table, or the tables and functions of the schema, before the point. What is
 * neither, such as an alias, has no members, and then all names are offered. */
static bool find_members(struct search *search, struct ft_span before, size_t start) {
  if (before.size == 0 || before.data[before.size - 1] != '.') return false;
  struct ft_span owner = word_before((struct ft_span){ before.data, before.size - 1 });
  const char *const *name;
  size_t names = search->source->names(search->source->self, FT_LIST_MEMBERS, search->arena, &name);
  bool known = false;
  for (size_t i = 0; i < names && owner.size > 0; i++) {
    size_t size = strcspn(name[i], "\t");
    if (!name[i][size] || !ft_span_equal_nocase(owner, (struct ft_span){ name[i], size })) continue;
    known = true;
    add_name(search, name[i] + size + 1);
  }
  if (known) finish(search, start);
  return known;
}

/* Does the text end in a statement about models, outside its query? No other SQL fits there. */
static bool is_ours(struct ft_span text) {
  struct ft_piece piece = { 0 };
  for (size_t at = 0; ft_script_next(text, &at, &piece) && piece.complete;)
    continue;
  return ft_statement_kind_of(piece.text) != FT_STATEMENT_ENGINE && ft_script_open(text) != '(';
}

static void find_words(struct search *search, struct ft_span text) {
  size_t start = text.size;
  while (start > 0 && is_word_byte(text.data[start - 1]))
    start--;
  search->word = (struct ft_span){ text.data + start, text.size - start };
  struct ft_span before = { text.data, start };
  if (find_members(search, before, start)) return;
  unsigned lists = lists_after(before);
  if (lists == EVERYTHING && search->word.size == 0) return;
  if (lists == EVERYTHING && is_ours(text)) lists = 0;
  for (int list = FT_LIST_TABLES; list <= FT_LIST_TYPES; list++)
    if (lists & LISTS(list)) add_list(search, (enum ft_engine_list)list);
  if (lists != EVERYTHING && lists & LISTS(FT_LIST_SETTINGS)) add_list(search, FT_LIST_SETTINGS);
  /* Our own words may follow anywhere: IF EXISTS after MODEL. */
  for (const char *const *word = ft_statement_words(); *word; word++)
    if (lists == EVERYTHING || search->word.size > 0) add_keyword(search, *word);
  search->out->after = " ";
  finish(search, start);
}

static void find_dot_argument(struct search *search, const struct ft_dot *dot) {
  switch (dot->takes) {
  case FT_DOT_COMMAND:
    for (const struct ft_dot *other = ft_dots(); other->name; other++)
      if (begins_with(other->name, search->word)) add_match(search, other->name);
    break;
  case FT_DOT_TABLE: add_list(search, FT_LIST_TABLES); break;
  case FT_DOT_SWITCH:
    if (begins_with("on", search->word)) add_match(search, "on");
    if (begins_with("off", search->word)) add_match(search, "off");
    break;
  case FT_DOT_FORMAT:
    for (const struct ft_output_format *format = ft_formats(); format->name; format++)
      if (begins_with(format->name, search->word)) add_match(search, format->name);
    break;
  case FT_DOT_FILE: add_files(search, search->word); break;
  case FT_DOT_NUMBER:
    if (begins_with("all", search->word)) add_match(search, "all");
    break;
  case FT_DOT_NONE: break;
  }
}

static void find_dot(struct search *search, struct ft_span text, size_t begin) {
  size_t end = begin;
  while (end < text.size && text.data[end] != ' ')
    end++;
  struct ft_span name = { text.data + begin, end - begin };
  if (end == text.size) {
    search->word = name;
    for (const struct ft_dot *dot = ft_dots(); dot->name; dot++)
      if (begins_with(dot->name, name)) add_match(search, dot->name);
    search->out->after = " ";
    finish(search, begin);
    return;
  }
  while (end < text.size && text.data[end] == ' ')
    end++;
  search->word = (struct ft_span){ text.data + end, text.size - end };
  for (const struct ft_dot *dot = ft_dots(); dot->name; dot++)
    if (ft_span_equal_nocase(name, ft_span_of(dot->name))) find_dot_argument(search, dot);
  finish(search, end);
}

static void find_in_string(struct search *search, struct ft_span text) {
  size_t start = text.size;
  while (start > 0 && text.data[start - 1] != '\'')
    start--;
  search->word = (struct ft_span){ text.data + start, text.size - start };
  add_files(search, search->word);
  search->out->after = "'";
  finish(search, start);
}

void ft_completion_find(struct ft_completion *out, struct ft_arena *arena,
                        const struct ft_completion_source *source, struct ft_span text) {
  *out = (struct ft_completion){ .start = text.size, .common = "", .after = "" };
  struct search search = { .out = out, .arena = arena, .source = source };
  search.match = FT_ARENA_NEW(arena, const char *, MATCHES_MAX);
  if (!search.match) return;
  size_t begin = 0;
  while (begin < text.size && isspace((unsigned char)text.data[begin]))
    begin++;
  char open = ft_script_open(text);
  if (begin < text.size && text.data[begin] == '.')
    find_dot(&search, text, begin);
  else if (open == '\'')
    find_in_string(&search, text);
  else if (open != '"' && open != '$' && open != '*')
    find_words(&search, text);
  bool folder =
      out->matches == 1 && out->match[0][0] && out->match[0][strlen(out->match[0]) - 1] == '/';
  if (folder) out->after = "";
}
