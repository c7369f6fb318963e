#include "hosts/postgres/guard.h"

#include <access/xact.h>
#include <miscadmin.h>
#include <utils/guc.h>
#include <utils/memutils.h>
#include <utils/resowner.h>
#include <utils/snapmgr.h>

struct guard {
  struct ft_session *session;
  MemoryContext memory;
  ResourceOwner owner;
  struct ft_span query;
  size_t position;
};

static void go_back(const struct guard *guard) {
  MemoryContextSwitchTo(guard->memory);
  CurrentResourceOwner = guard->owner;
}

/* The error being handled, as ours. */
static enum ft_status take_error(const struct guard *guard, struct ft_error *err) {
  MemoryContextSwitchTo(guard->memory);
  ErrorData *data = CopyErrorData();
  FlushErrorState();
  enum ft_status status =
      ft_failure_take(err, &guard->session->failure, data, guard->query, guard->position);
  FreeErrorData(data);
  return status;
}

static void pin_search_path(void) {
  (void)set_config_option("search_path", "pg_catalog, pg_temp", PGC_USERSET, PGC_S_SESSION,
                          GUC_ACTION_SAVE, true, 0, false);
}

static enum ft_status run(const struct guard *guard, ft_guarded work, void *self, bool own,
                          struct ft_error *err) {
  PushActiveSnapshot(GetTransactionSnapshot());
  int level = own ? NewGUCNestLevel() : 0;
  if (own) pin_search_path();
  enum ft_status status = work(self, err);
  if (own) AtEOXact_GUC(status == FT_OK, level);
  PopActiveSnapshot();
  if (status == FT_OK)
    ReleaseCurrentSubTransaction();
  else
    RollbackAndReleaseCurrentSubTransaction();
  go_back(guard);
  return status;
}

static enum ft_status guard_all(struct guard *guard, ft_guarded work, void *self, bool own,
                                struct ft_error *err) {
  volatile enum ft_status status = FT_INTERNAL;
  volatile bool held = guard->session->cancelled;
  guard->memory = CurrentMemoryContext;
  guard->owner = CurrentResourceOwner;
  if (held) HOLD_INTERRUPTS();
  BeginInternalSubTransaction(NULL);
  MemoryContextSwitchTo(guard->memory);
  PG_TRY();
  { status = run(guard, work, self, own, err); }
  PG_CATCH();
  {
    status = take_error(guard, err);
    RollbackAndReleaseCurrentSubTransaction();
    go_back(guard);
    held = false; /* raising has let them go */
  }
  PG_END_TRY();
  if (held) RESUME_INTERRUPTS();
  return status;
}

enum ft_status ft_guard_query(struct ft_session *session, ft_guarded work, void *self,
                              struct ft_span query, size_t position, struct ft_error *err) {
  struct guard guard = { .session = session, .query = query, .position = position };
  struct ft_error own;
  return guard_all(&guard, work, self, false, err ? err : &own);
}

enum ft_status ft_guard_own(struct ft_session *session, ft_guarded work, void *self,
                            struct ft_error *err) {
  struct guard guard = { .session = session };
  struct ft_error own;
  return guard_all(&guard, work, self, true, err ? err : &own);
}

enum ft_status ft_guard_bare(struct ft_session *session, void (*work)(void), struct ft_error *err) {
  struct guard guard = { .session = session, .memory = CurrentMemoryContext };
  struct ft_error own;
  volatile enum ft_status status = FT_OK;
  PG_TRY();
  {
    work();
    MemoryContextSwitchTo(guard.memory);
  }
  PG_CATCH();
  { status = take_error(&guard, err ? err : &own); }
  PG_END_TRY();
  return status;
}
