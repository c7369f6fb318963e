#include "hosts/duckdb/engine.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hosts/duckdb/catalogue.h"
#include "hosts/duckdb/registry.h"
#include "hosts/duckdb/repair.h"
#include "hosts/duckdb/session.h"
#include "hosts/duckdb/spill.h"

const char *ft_engine_library_version(void) {
  return duckdb_library_version();
}

static enum ft_status check_library(struct ft_error *err) {
  if (strcmp(duckdb_library_version(), FT_DUCKDB_VERSION) == 0 &&
      duckdb_vector_size() == FT_DUCKDB_ROWS) {
    return FT_OK;
  }
  ft_fail(err, FT_UNSUPPORTED, "the DuckDB library is version %s, this program needs %s",
          duckdb_library_version(), FT_DUCKDB_VERSION);
  return ft_fail_hint(err, "Run tools/setup.sh, or install foretell with its own libraries.");
}

/* A container's limit; UINT64_MAX when there is none. */
static uint64_t container_memory(void) {
  unsigned long long limit = 0;
  FILE *file = fopen("/sys/fs/cgroup/memory.max", "re");
  if (!file) return UINT64_MAX;
  bool read = fscanf(file, "%llu", &limit) == 1; /* "max" is no number */
  fclose(file);
  return read ? limit : UINT64_MAX;
}

/* 40 % of the machine: DuckDB's own 80 % would leave the trainer nothing. */
static uint64_t default_memory(void) {
  long pages = sysconf(_SC_PHYS_PAGES), page_bytes = sysconf(_SC_PAGE_SIZE);
  if (pages <= 0 || page_bytes <= 0) return (uint64_t)1 << 30;
  uint64_t machine = (uint64_t)pages * (uint64_t)page_bytes, container = container_memory();
  return (container < machine ? container : machine) / 5 * 2;
}

static duckdb_state set_number(duckdb_config config, const char *name, uint64_t value,
                               const char *unit) {
  char text[32];
  snprintf(text, sizeof text, "%llu%s", (unsigned long long)value, unit);
  return duckdb_set_config(config, name, text);
}

static const struct {
  const char *name;
  const char *value;
} config_table[] = {
  { "storage_compatibility_version", "v1.4.0" }, /* of new files: DuckDB 1.4 reads them */
  { "temp_file_encryption", "false" },         /* as the file; until an encrypted one is attached */
  { "autoinstall_known_extensions", "false" }, /* nothing is fetched that nobody asked for */
  { "duckdb_api", "foretell" },
};

/* Settings of the session, after it is open. */
static const char session_settings[] =
    "SET errors_as_json = true; SET enable_progress_bar_print = false; "
    "SET enable_progress_bar = true; SET progress_bar_time = 0";

static enum ft_status make_config(duckdb_config *out, const struct ft_engine_options *options,
                                  const struct ft_spill *spill, struct ft_error *err) {
  duckdb_config config = NULL;
  if (duckdb_create_config(&config) != DuckDBSuccess) {
    return ft_fail(err, FT_NOMEM, "out of memory for the database's settings");
  }
  duckdb_state state = DuckDBSuccess;
  for (size_t i = 0; i < sizeof config_table / sizeof config_table[0]; i++) {
    if (duckdb_set_config(config, config_table[i].name, config_table[i].value) != DuckDBSuccess) {
      state = DuckDBError;
    }
  }
  uint64_t memory = options->memory_bytes ? options->memory_bytes : default_memory();
  const char *folder = spill->folder ? spill->folder : "";
  if (duckdb_set_config(config, "temp_directory", folder) != DuckDBSuccess ||
      set_number(config, "memory_limit", memory / 1024, "KiB") != DuckDBSuccess ||
      (options->threads && set_number(config, "threads", options->threads, "") != DuckDBSuccess) ||
      (options->read_only &&
       duckdb_set_config(config, "access_mode", "READ_ONLY") != DuckDBSuccess)) {
    state = DuckDBError;
  }
  if (state != DuckDBSuccess) {
    duckdb_destroy_config(&config);
    return ft_fail(err, FT_INVALID, "DuckDB refused a setting that the session needs");
  }
  *out = config;
  return FT_OK;
}

static enum ft_status open_file(struct ft_engine *engine, const struct ft_engine_options *options,
                                struct ft_error *err) {
  duckdb_config config = NULL;
  FT_TRY(ft_spill_open(&engine->spill, engine->path, err));
  FT_TRY(make_config(&config, options, &engine->spill, err));
  char *words = NULL;
  enum ft_status status = FT_OK;
  if (duckdb_open_ext(engine->path, &engine->database, config, &words) != DuckDBSuccess) {
    status = ft_duckdb_fail_open(err, words, engine->path);
  }
  duckdb_free(words);
  duckdb_destroy_config(&config);
  return status;
}

static enum ft_status set_session(struct ft_engine *engine, struct ft_error *err) {
  duckdb_result result;
  enum ft_status status = FT_OK;
  if (duckdb_query(engine->connection, session_settings, &result) != DuckDBSuccess) {
    status = ft_duckdb_fail(err, engine, duckdb_result_error_type(&result),
                            duckdb_result_error(&result), &FT_PLACE_NONE);
  }
  duckdb_destroy_result(&result);
  return status;
}

static enum ft_status read_catalogue_name(struct ft_engine *engine, struct ft_error *err) {
  struct ft_rows rows;
  FT_TRY(
      ft_rows_open(&rows, engine, engine->connection, "SELECT current_database()", NULL, 0, err));
  struct ft_buffer quoted;
  ft_buffer_init(&quoted, 1 << 16);
  if (ft_rows_next(&rows)) {
    struct ft_span name = ft_rows_text(&rows, 0, 0);
    ft_sql_name(&quoted, name);
    ft_buffer_u8(&quoted, 0);
    engine->catalogue_name = strndup(name.data ? name.data : "", name.size);
  }
  ft_rows_close(&rows);
  engine->catalogue = quoted.failed ? NULL : (char *)quoted.data; /* moves ownership */
  if (quoted.failed) ft_buffer_release(&quoted);
  if (engine->catalogue && engine->catalogue_name) return FT_OK;
  return ft_fail(err, FT_NOMEM, "out of memory for the database's name");
}

/* The file has no users of its own. */
static void find_user(struct ft_engine *engine) {
  char memory[1024];
  struct passwd entry, *found = NULL;
  if (getpwuid_r(geteuid(), &entry, memory, sizeof memory, &found) != 0) found = NULL;
  snprintf(engine->user, sizeof engine->user, "%s", found ? found->pw_name : "duckdb");
}

static enum ft_status has_public(bool *out, struct ft_engine *engine, struct ft_error *err) {
  struct ft_rows rows;
  struct ft_bind bind = FT_BIND(engine->catalogue_name);
  FT_TRY(ft_rows_open(&rows, engine, engine->connection,
                      "SELECT 1 FROM duckdb_schemas() WHERE database_name = $1 AND "
                      "schema_name = 'public'",
                      &bind, 1, err));
  *out = ft_rows_next(&rows);
  ft_rows_close(&rows);
  return FT_OK;
}

/* Objects made without a schema are in main, as ever. */
static enum ft_status search_public(struct ft_engine *engine, struct ft_error *err) {
  struct ft_buffer path, text;
  ft_buffer_init(&path, 1 << 16);
  ft_buffer_init(&text, 1 << 17);
  ft_buffer_print(&path, "%s.main,%s.public", engine->catalogue, engine->catalogue);
  ft_buffer_print(&text, "SET search_path = ");
  ft_sql_string(&text, ft_buffer_view(&path));
  ft_buffer_u8(&text, 0);
  enum ft_status status = ft_buffer_check(&text, "the database's name", err);
  if (status == FT_OK) status = ft_engine_tell(engine, (const char *)text.data, NULL, 0, err);
  ft_buffer_release(&path);
  ft_buffer_release(&text);
  return status;
}

/* Scripts of Redshift and PostgreSQL expect a schema "public", whose names need no schema in front. */
static enum ft_status offer_public(struct ft_engine *engine, struct ft_error *err) {
  bool has = false;
  bool named = strcmp(engine->catalogue_name, "public") == 0; /* public.db: "public" is that */
  if (engine->file.is_new && !named)
    FT_TRY(ft_engine_tell(engine, "CREATE SCHEMA IF NOT EXISTS public", NULL, 0, err));
  FT_TRY(has_public(&has, engine, err));
  return has ? search_public(engine, err) : FT_OK;
}

static enum ft_status open_sessions(struct ft_engine *engine, struct ft_error *err) {
  if (duckdb_connect(engine->database, &engine->connection) != DuckDBSuccess ||
      duckdb_connect(engine->database, &engine->loader) != DuckDBSuccess) {
    return ft_fail(err, FT_NOMEM, "out of memory for a session");
  }
  FT_TRY(set_session(engine, err));
  FT_TRY(read_catalogue_name(engine, err));
  FT_TRY(offer_public(engine, err));
  find_user(engine);
  ft_catalogue_offer_views(engine);
  FT_TRY(ft_registry_open(engine, err));
  ft_repair_run(engine);
  return FT_OK;
}

enum ft_status ft_engine_open(struct ft_engine **out, const struct ft_engine_options *options,
                              struct ft_error *err) {
  FT_TRY(check_library(err));
  if (!options->path && options->read_only) {
    ft_fail(err, FT_INVALID, "a database in memory cannot be read-only");
    return ft_fail_hint(err, "Name a file.");
  }
  struct ft_engine *engine = calloc(1, sizeof *engine);
  if (!engine) return ft_fail(err, FT_NOMEM, "out of memory for a session");
  pthread_mutex_init(&engine->loading, NULL);
  engine->read_only = options->read_only;
  engine->spill = FT_SPILL_NONE;
  enum ft_status status = FT_OK;
  if (options->path && !(engine->path = strdup(options->path))) {
    status = ft_fail(err, FT_NOMEM, "out of memory for a session");
  }
  ft_file_look(&engine->file, engine->path);
  mode_t mask = umask(engine->file.mask);
  if (status == FT_OK) status = open_file(engine, options, err);
  ft_file_remember(&engine->file);
  if (status == FT_OK) status = open_sessions(engine, err);
  umask(mask);
  if (status != FT_OK) {
    ft_engine_close(engine);
    return status;
  }
  *out = engine;
  return FT_OK;
}

void ft_engine_close(struct ft_engine *engine) {
  if (!engine) return;
  mode_t mask = umask(engine->file.mask);
  if (engine->connection) duckdb_disconnect(&engine->connection);
  if (engine->loader) duckdb_disconnect(&engine->loader);
  if (engine->database) duckdb_close(&engine->database);
  ft_spill_close(&engine->spill);
  umask(mask);
  ft_registry_close(engine); /* after the database, whose threads may use the plans */
  pthread_mutex_destroy(&engine->loading);
  free(engine->found);
  free(engine->path);
  free(engine->catalogue);
  free(engine->catalogue_name);
  free(engine);
}

const char *ft_engine_path(const struct ft_engine *engine) {
  return engine->path;
}

void ft_engine_set_watch(struct ft_engine *engine, const struct ft_engine_watch *watch) {
  engine->watch = *watch;
  ft_repair_tell(engine);
}

void ft_engine_interrupt(struct ft_engine *engine) {
  atomic_store(&engine->interrupted, true);
  duckdb_interrupt(engine->connection); /* sets an atomic of the session's, no more */
}

void ft_engine_arm(struct ft_engine *engine) {
  atomic_store(&engine->interrupted, false);
}

bool ft_engine_interrupted(const struct ft_engine *engine) {
  return atomic_load(&engine->interrupted);
}

double ft_engine_fraction(struct ft_engine *engine) {
  double percentage = duckdb_query_progress(engine->connection).percentage;
  return percentage < 0 ? -1 : percentage / 100;
}

bool ft_engine_in_transaction(const struct ft_engine *engine) {
  return engine->in_transaction;
}
