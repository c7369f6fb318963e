/* Calls of an endpoint: rows cut into requests, answers put where the rows came from. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/remote/answer.h"
#include "core/remote/csv.h"
#include "core/remote/endpoint.h"
#include "core/remote/http.h"
#include "core/remote/sigv4.h"

#define ANSWER_MAX_BYTES ((size_t)1 << 26)
#define HEADER_MAX_BYTES ((size_t)1 << 16)
#define WORDS_BYTES      400 /* of what the server said */

/* One slot's rows. */
struct part {
  size_t first;
  size_t rows;
  struct ft_buffer body;
  struct ft_buffer header;
};

struct ft_remote_caller {
  const struct ft_remote *remote; /* borrowed */
  struct ft_remote_rules rules;
  struct ft_endpoint endpoint;
  struct ft_http *http;
  struct part part[FT_REMOTE_MAX_IN_FLIGHT];
  /* while it runs */
  const struct ft_batch *batch;
  const struct ft_remote_output *output;
  size_t next_row;
};

/* A line's end within JSON is white space between its words: in a line of its own it is a blank. */
static void write_json_row(struct ft_buffer *out, const struct ft_batch *batch, size_t row) {
  const struct ft_column *column = &batch->column[0];
  struct ft_span text = FT_SPAN("null");
  if (ft_column_has(column, row)) text = ((const struct ft_span *)column->values)[row];
  size_t start = out->size;
  ft_buffer_append_text(out, text);
  for (size_t i = start; i < out->size; i++)
    if (out->data[i] == '\n' || out->data[i] == '\r') out->data[i] = ' ';
  ft_buffer_u8(out, '\n');
}

static void write_row(const struct ft_remote_caller *caller, struct part *part, size_t row) {
  if (caller->remote->json)
    write_json_row(&part->body, caller->batch, row);
  else
    ft_csv_write_row(&part->body, caller->batch, row);
}

/* Rows up to MAX_BATCH_ROWS, and as many as the bytes hold; a row that would pass them waits for the
 * next request. */
static enum ft_status next(void *self, uint32_t slot, bool *more, struct ft_error *err) {
  struct ft_remote_caller *caller = self;
  struct part *part = &caller->part[slot];
  size_t rows = caller->batch->rows;
  *more = caller->next_row < rows;
  part->first = caller->next_row;
  part->rows = 0;
  ft_buffer_reset(&part->body);
  while (caller->next_row < rows && part->rows < caller->remote->max_batch_rows) {
    size_t before = part->body.size;
    write_row(caller, part, caller->next_row);
    if (part->body.failed && part->rows) {
      part->body.failed = false; /* the row waits */
      part->body.size = before;
      return FT_OK;
    }
    if (part->body.failed)
      return ft_fail(err, FT_LIMIT, "row %zu is larger than the %zu bytes of one request",
                     caller->next_row + 1, caller->rules.request_bytes);
    caller->next_row++;
    part->rows++;
  }
  return FT_OK;
}

static const char *content_type(const struct ft_remote *remote) {
  if (!remote->json) return "text/csv";
  return remote->max_batch_rows == 1 ? "application/json" : "application/jsonlines";
}

static enum ft_status write_header(struct ft_remote_caller *caller, struct part *part,
                                   struct ft_error *err) {
  const char *type = content_type(caller->remote);
  ft_buffer_reset(&part->header);
  ft_buffer_print(&part->header, "accept: %s\n", type);
  if (!caller->endpoint.sagemaker) {
    ft_buffer_print(&part->header, "content-type: %s\n", type);
    return ft_buffer_check(&part->header, "the request", err);
  }
  const struct ft_sigv4_header header[] = {
    { "content-type", ft_span_of(type) },
    { "x-amzn-sagemaker-target-model", ft_span_of(caller->remote->model) },
  };
  struct ft_sigv4_request request = {
    .method = "POST",
    .url = &caller->endpoint.url,
    .service = "sagemaker",
    .header = header,
    .headers = caller->remote->model[0] ? 2 : 1,
    .body = ft_buffer_view(&part->body),
    .at = time(NULL),
  };
  return ft_sigv4_write(&part->header, &request, &caller->endpoint.credential, err);
}

static size_t answer_limit(const struct ft_remote *remote, size_t rows) {
  bool bounded = remote->returns == FT_BOOL || ft_type_is_numeric(remote->returns);
  size_t small = rows * 128 + 8192; /* there may be words instead */
  return bounded && small < ANSWER_MAX_BYTES ? small : ANSWER_MAX_BYTES;
}

static enum ft_status request(void *self, uint32_t slot, struct ft_http_request *out,
                              struct ft_error *err) {
  struct ft_remote_caller *caller = self;
  struct part *part = &caller->part[slot];
  FT_TRY(write_header(caller, part, err));
  *out = (struct ft_http_request){
    .post = true,
    .url = (const char *)caller->endpoint.text.data,
    .header = ft_buffer_view(&part->header),
    .body = ft_buffer_view(&part->body),
    .answer_bytes = answer_limit(caller->remote, part->rows),
  };
  return FT_OK;
}

static enum ft_status fail(void *self, uint32_t slot, enum ft_status status, const char *why,
                           struct ft_error *err) {
  const struct ft_remote_caller *caller = self;
  const struct part *part = &caller->part[slot];
  char rows[64];
  if (part->rows == 1)
    snprintf(rows, sizeof rows, "row %zu", part->first + 1);
  else
    snprintf(rows, sizeof rows, "rows %zu to %zu", part->first + 1, part->first + part->rows);
  return ft_fail(err, status, "endpoint \"%s\" failed for %s: %s", caller->remote->endpoint, rows,
                 why);
}

static enum ft_status fail_code(struct ft_remote_caller *caller, uint32_t slot,
                                const struct ft_http_answer *answer, struct ft_error *err) {
  char words[WORDS_BYTES], why[WORDS_BYTES + 64];
  ft_answer_clean(words, sizeof words, answer->body, ft_span_of(caller->endpoint.credential.token));
  snprintf(why, sizeof why, "status %ld%s%s", answer->code, words[0] ? ", " : "", words);
  fail(caller, slot, FT_IO, why, err);
  if (answer->code >= 300 && answer->code < 400)
    return ft_fail_hint(err, "Redirects are not followed: give the URL that serves the model.");
  if (answer->code == 403 && caller->endpoint.sagemaker)
    return ft_fail_hint(err, "The AWS credentials are not accepted for this endpoint.");
  return FT_IO;
}

static enum ft_status take(void *self, uint32_t slot, const struct ft_http_answer *answer,
                           struct ft_error *err) {
  struct ft_remote_caller *caller = self;
  const struct part *part = &caller->part[slot];
  struct ft_error why;
  if (answer->code != 200) return fail_code(caller, slot, answer, err);
  struct ft_answer_form form = {
    .type = caller->remote->returns,
    .json = caller->remote->json,
    .lines = caller->remote->max_batch_rows > 1,
    .first = part->first,
    .rows = part->rows,
  };
  enum ft_status status = ft_answer_read(answer->body, &form, caller->output, &why);
  return status == FT_OK ? FT_OK : fail(caller, slot, status, why.message, err);
}

static enum ft_status open_caller(struct ft_remote_caller *caller, struct ft_error *err) {
  FT_TRY(ft_endpoint_find(&caller->endpoint, caller->remote, &caller->rules, true, err));
  for (size_t i = 0; i < FT_REMOTE_MAX_IN_FLIGHT; i++) {
    ft_buffer_init(&caller->part[i].body, caller->rules.request_bytes);
    ft_buffer_init(&caller->part[i].header, HEADER_MAX_BYTES);
  }
  return ft_http_borrow(&caller->http, err);
}

enum ft_status ft_remote_caller_open(struct ft_remote_caller **out, const struct ft_remote *remote,
                                     const struct ft_remote_rules *rules, struct ft_error *err) {
  struct ft_remote_caller *caller = calloc(1, sizeof *caller);
  if (!caller) return ft_fail(err, FT_NOMEM, "out of memory for the calls of a model");
  caller->remote = remote;
  caller->rules = *rules;
  enum ft_status status = open_caller(caller, err);
  if (status == FT_OK)
    *out = caller;
  else
    ft_remote_caller_close(caller);
  return status;
}

void ft_remote_caller_close(struct ft_remote_caller *caller) {
  if (!caller) return;
  for (size_t i = 0; i < FT_REMOTE_MAX_IN_FLIGHT; i++) {
    ft_buffer_release(&caller->part[i].body);
    ft_buffer_release(&caller->part[i].header);
  }
  ft_http_return(caller->http);
  ft_endpoint_release(&caller->endpoint);
  free(caller);
}

enum ft_status ft_remote_caller_run(struct ft_remote_caller *caller, const struct ft_batch *batch,
                                    const struct ft_remote_output *output,
                                    const struct ft_remote_watch *watch, struct ft_error *err) {
  struct ft_http_work work = { .self = caller,
                               .next = next,
                               .request = request,
                               .take = take,
                               .fail = fail };
  caller->batch = batch;
  caller->output = output;
  caller->next_row = 0;
  return ft_http_run(caller->http, &work, &caller->rules, watch, err);
}
