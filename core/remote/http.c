#include "core/remote/http.h"

#include <curl/curl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "foretell/random.h"

#define TURN_MS          50
#define IDLE_MAX         16 /* borrowed and returned; more are closed */
#define MAX_WAIT_S       20 /* of a Retry-After */
#define HEADER_MAX_BYTES 65536

enum slot_state { SLOT_FREE = 0, SLOT_WAITING, SLOT_RUNNING };

struct slot {
  CURL *easy; /* made at the first use, kept */
  enum slot_state state;
  uint32_t attempt; /* made so far */
  int64_t due_ms;   /* SLOT_WAITING: when to start */
  struct curl_slist *header;
  struct ft_buffer answer;
  size_t header_bytes;
  long retry_after_s;
  char region[64];
  char words[CURL_ERROR_SIZE];
};

struct ft_http {
  struct ft_http *next; /* in the list of idle ones */
  CURLM *multi;
  struct slot slot[FT_REMOTE_MAX_IN_FLIGHT];
  struct ft_random random; /* for the jitter */
};

static pthread_once_t started = PTHREAD_ONCE_INIT;
static pthread_mutex_t idle_lock = PTHREAD_MUTEX_INITIALIZER;
static struct ft_http *idle;
static uint32_t idle_count;

static void start_library(void) {
  (void)curl_global_init(CURL_GLOBAL_DEFAULT);
}

static int64_t clock_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void close_http(struct ft_http *http) {
  for (size_t i = 0; i < FT_REMOTE_MAX_IN_FLIGHT; i++) {
    curl_easy_cleanup(http->slot[i].easy);
    curl_slist_free_all(http->slot[i].header);
    ft_buffer_release(&http->slot[i].answer);
  }
  curl_multi_cleanup(http->multi);
  free(http);
}

enum ft_status ft_http_borrow(struct ft_http **out, struct ft_error *err) {
  pthread_once(&started, start_library);
  pthread_mutex_lock(&idle_lock);
  struct ft_http *http = idle;
  if (http) {
    idle = http->next;
    idle_count--;
  }
  pthread_mutex_unlock(&idle_lock);
  if (!http) {
    http = calloc(1, sizeof *http);
    if (http) http->multi = curl_multi_init();
    if (!http || !http->multi) {
      free(http);
      return ft_fail(err, FT_NOMEM, "out of memory for a connection");
    }
    http->random = ft_random_seeded((uint64_t)clock_ms() ^ (uint64_t)(uintptr_t)http);
  }
  *out = http;
  return FT_OK;
}

void ft_http_return(struct ft_http *http) {
  if (!http) return;
  pthread_mutex_lock(&idle_lock);
  bool kept = idle_count < IDLE_MAX;
  if (kept) {
    http->next = idle;
    idle = http;
    idle_count++;
  }
  pthread_mutex_unlock(&idle_lock);
  if (!kept) close_http(http);
}

static size_t take_body(char *data, size_t size, size_t count, void *self) {
  struct slot *slot = self;
  ft_buffer_append(&slot->answer, data, size * count);
  return slot->answer.failed ? 0 : size * count;
}

/* The value of a header line of that name, cut at `room`; false for another line. */
static bool read_header(char *out, size_t room, struct ft_span line, const char *name) {
  size_t size = strlen(name);
  if (line.size <= size || line.data[size] != ':') return false;
  if (!ft_span_equal_nocase((struct ft_span){ line.data, size }, ft_span_of(name))) return false;
  struct ft_span value =
      ft_span_trim((struct ft_span){ line.data + size + 1, line.size - size - 1 });
  size_t used = value.size < room - 1 ? value.size : room - 1;
  memcpy(out, value.data, used);
  out[used] = '\0';
  return true;
}

static size_t take_header(char *data, size_t size, size_t count, void *self) {
  struct slot *slot = self;
  struct ft_span line = { data, size * count };
  char number[16];
  slot->header_bytes += line.size;
  if (slot->header_bytes > HEADER_MAX_BYTES) return 0;
  if (read_header(number, sizeof number, line, "retry-after"))
    slot->retry_after_s = strtol(number, NULL, 10);
  (void)read_header(slot->region, sizeof slot->region, line, "x-amz-bucket-region");
  return line.size;
}

static bool add_headers(struct slot *slot, struct ft_span lines) {
  char line[8192];
  curl_slist_free_all(slot->header);
  slot->header = curl_slist_append(NULL, "Expect:"); /* no waiting for a 100 */
  while (slot->header && lines.size) {
    const char *end = memchr(lines.data, '\n', lines.size);
    size_t size = end ? (size_t)(end - lines.data) : lines.size;
    if (size >= sizeof line) return false;
    memcpy(line, lines.data, size);
    line[size] = '\0';
    struct curl_slist *longer = curl_slist_append(slot->header, line);
    if (!longer) return false;
    size_t past = end ? size + 1 : size;
    lines = (struct ft_span){ lines.data + past, lines.size - past };
  }
  return slot->header;
}

static void set_safety(CURL *easy, const struct ft_remote_rules *rules) {
  const char *authorities = getenv("AWS_CA_BUNDLE");
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)rules->connect_ms);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)rules->timeout_ms);
  curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "foretell");
  if (authorities && authorities[0]) curl_easy_setopt(easy, CURLOPT_CAINFO, authorities);
}

static void set_request(struct slot *slot, const struct ft_http_request *request) {
  CURL *easy = slot->easy;
  curl_easy_setopt(easy, CURLOPT_URL, request->url);
  curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, slot->header);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, slot->words);
  curl_easy_setopt(easy, CURLOPT_PRIVATE, (void *)slot);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, (void *)slot);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, (void *)slot);
  if (!request->post) {
    curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
    return;
  }
  curl_easy_setopt(easy, CURLOPT_POST, 1L);
  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.size);
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->body.data ? request->body.data : "");
}

struct running {
  struct ft_http *http;
  const struct ft_http_work *work;
  const struct ft_remote_rules *rules;
  uint32_t slots; /* at once */
  uint32_t busy;
  bool more;
};

static enum ft_status start_slot(struct running *running, uint32_t index, struct ft_error *err) {
  struct slot *slot = &running->http->slot[index];
  struct ft_http_request request = { 0 };
  FT_TRY(running->work->request(running->work->self, index, &request, err));
  if (!slot->easy) slot->easy = curl_easy_init();
  ft_buffer_release(&slot->answer);
  ft_buffer_init(&slot->answer, request.answer_bytes);
  slot->header_bytes = 0;
  slot->retry_after_s = 0;
  slot->region[0] = slot->words[0] = '\0';
  if (!slot->easy || !add_headers(slot, request.header))
    return ft_fail(err, FT_NOMEM, "out of memory for a request");
  curl_easy_reset(slot->easy);
  set_safety(slot->easy, running->rules);
  set_request(slot, &request);
  if (curl_multi_add_handle(running->http->multi, slot->easy) != CURLM_OK)
    return ft_fail(err, FT_NOMEM, "out of memory for a request");
  slot->state = SLOT_RUNNING;
  slot->attempt++;
  return FT_OK;
}

/* Fill free slots with new requests, and start those whose wait is over. */
static enum ft_status start_slots(struct running *running, struct ft_error *err) {
  const struct ft_http_work *work = running->work;
  int64_t now = clock_ms();
  for (uint32_t i = 0; i < running->slots; i++) {
    struct slot *slot = &running->http->slot[i];
    if (slot->state == SLOT_FREE && running->more) {
      FT_TRY(work->next(work->self, i, &running->more, err));
      if (!running->more) continue;
      running->busy++;
      slot->attempt = 0;
      FT_TRY(start_slot(running, i, err));
    } else if (slot->state == SLOT_WAITING && slot->due_ms <= now) {
      FT_TRY(start_slot(running, i, err));
    }
  }
  return FT_OK;
}

static bool is_passing_fault(CURLcode code) {
  switch (code) {
  case CURLE_COULDNT_RESOLVE_HOST:
  case CURLE_COULDNT_CONNECT:
  case CURLE_SEND_ERROR:
  case CURLE_RECV_ERROR:
  case CURLE_GOT_NOTHING:
  case CURLE_PARTIAL_FILE: return true;
  default: return false;
  }
}

/* SageMaker and S3 throttle by 429 and 503, older services by a 400 that says so. */
static bool is_passing_answer(const struct slot *slot, long code) {
  static const char word[] = "ThrottlingException";
  if (code == 429 || code >= 500) return true;
  return code == 400 && slot->answer.size &&
         memmem(slot->answer.data, slot->answer.size, word, sizeof word - 1);
}

static void wait_slot(struct running *running, struct slot *slot) {
  uint64_t wait = running->rules->backoff_ms;
  wait <<= slot->attempt < 8 ? slot->attempt - 1 : 7;
  wait = wait / 2 + ft_random_below(&running->http->random, wait / 2 + 1);
  long said = slot->retry_after_s;
  if (said > 0) wait = (uint64_t)(said < MAX_WAIT_S ? said : MAX_WAIT_S) * 1000;
  slot->due_ms = clock_ms() + (int64_t)wait;
  slot->state = SLOT_WAITING;
}

static const char *words_of(const struct slot *slot, CURLcode code) {
  if (slot->answer.failed) return "the answer is too large";
  if (slot->header_bytes > HEADER_MAX_BYTES) return "the answer's header is too large";
  if (code == CURLE_OPERATION_TIMEDOUT) return "no answer in time";
  return slot->words[0] ? slot->words : curl_easy_strerror(code);
}

static enum ft_status end_slot(struct running *running, struct slot *slot, CURLcode code,
                               struct ft_error *err) {
  const struct ft_http_work *work = running->work;
  uint32_t index = (uint32_t)(slot - running->http->slot);
  struct ft_http_answer answer = { .body = ft_buffer_view(&slot->answer),
                                   .region = ft_span_of(slot->region) };
  curl_easy_getinfo(slot->easy, CURLINFO_RESPONSE_CODE, &answer.code);
  curl_multi_remove_handle(running->http->multi, slot->easy);
  slot->state = SLOT_FREE;
  bool passing = code == CURLE_OK ? is_passing_answer(slot, answer.code) : is_passing_fault(code);
  if (passing && slot->attempt < running->rules->attempts) {
    wait_slot(running, slot);
    return FT_OK;
  }
  running->busy--;
  if (code == CURLE_OK) return work->take(work->self, index, &answer, err);
  bool large = slot->answer.failed || slot->header_bytes > HEADER_MAX_BYTES;
  return work->fail(work->self, index, large ? FT_LIMIT : FT_IO, words_of(slot, code), err);
}

/* Let libcurl work; a thread that it starts inherits a mask of all signals. */
static void perform(CURLM *multi) {
  sigset_t all, before;
  int left = 0;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  (void)curl_multi_perform(multi, &left);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static enum ft_status end_slots(struct running *running, struct ft_error *err) {
  int left = 0;
  CURLMsg *message;
  while ((message = curl_multi_info_read(running->http->multi, &left))) {
    struct slot *slot = NULL;
    if (message->msg != CURLMSG_DONE) continue;
    CURLcode code = message->data.result;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&slot);
    FT_TRY(end_slot(running, slot, code, err));
  }
  return FT_OK;
}

/* Drop what is under way; such connections are closed, idle ones stay. */
static void stop_slots(struct ft_http *http) {
  for (size_t i = 0; i < FT_REMOTE_MAX_IN_FLIGHT; i++) {
    struct slot *slot = &http->slot[i];
    if (slot->state == SLOT_RUNNING) curl_multi_remove_handle(http->multi, slot->easy);
    slot->state = SLOT_FREE;
    ft_buffer_release(&slot->answer);
  }
}

static enum ft_status run_all(struct running *running, const struct ft_remote_watch *watch,
                              struct ft_error *err) {
  for (;;) {
    FT_TRY(start_slots(running, err));
    if (!running->busy) return FT_OK;
    perform(running->http->multi);
    uint32_t busy = running->busy;
    FT_TRY(end_slots(running, err));
    if (watch && watch->cancelled && watch->cancelled(watch->self))
      return ft_fail(err, FT_CANCELLED, "cancelled");
    if (running->busy == busy) (void)curl_multi_poll(running->http->multi, NULL, 0, TURN_MS, NULL);
  }
}

enum ft_status ft_http_run(struct ft_http *http, const struct ft_http_work *work,
                           const struct ft_remote_rules *rules, const struct ft_remote_watch *watch,
                           struct ft_error *err) {
  uint32_t slots = rules->in_flight ? rules->in_flight : 1;
  struct running running = { .http = http, .work = work, .rules = rules, .more = true };
  running.slots = slots < FT_REMOTE_MAX_IN_FLIGHT ? slots : FT_REMOTE_MAX_IN_FLIGHT;
  enum ft_status status = run_all(&running, watch, err);
  stop_slots(http);
  return status;
}
