#include "hosts/postgres/fetch.h"

#include <access/genam.h>
#include <access/htup_details.h>
#include <access/table.h>
#include <catalog/indexing.h>
#include <string.h>
#include <utils/builtins.h>
#include <utils/fmgroids.h>
#include <utils/rel.h>
#include <utils/snapmgr.h>

#include "hosts/postgres/sealing.h"

/* A copy of the carrier's body as that snapshot sees it (NULL: the newest); NULL when there is none of
 * ours. */
static text *find_carrier(Relation functions, const char *name, const struct ft_place_of *place,
                          Snapshot snapshot) {
  ScanKeyData key[3];
  oidvector *none = buildoidvector(NULL, 0);
  text *found = NULL;
  ScanKeyInit(&key[0], Anum_pg_proc_proname, BTEqualStrategyNumber, F_NAMEEQ,
              CStringGetDatum(name));
  ScanKeyInit(&key[1], Anum_pg_proc_proargtypes, BTEqualStrategyNumber, F_OIDVECTOREQ,
              PointerGetDatum(none));
  ScanKeyInit(&key[2], Anum_pg_proc_pronamespace, BTEqualStrategyNumber, F_OIDEQ,
              ObjectIdGetDatum(place->schema));
  SysScanDesc scan =
      systable_beginscan(functions, ProcedureNameArgsNspIndexId, true, snapshot, 3, key);
  HeapTuple tuple = systable_getnext(scan);
  if (HeapTupleIsValid(tuple)) {
    Form_pg_proc form = (Form_pg_proc)GETSTRUCT(tuple);
    bool null;
    Datum body = heap_getattr(tuple, Anum_pg_proc_prosrc, RelationGetDescr(functions), &null);
    if (!null && form->proowner == place->owner && form->prolang == place->language)
      found = DatumGetTextPCopy(body);
  }
  systable_endscan(scan);
  return found;
}

/* Decode a piece to the end of `bytes`. */
static enum ft_status add_piece(char **bytes, size_t *size, struct ft_span base64, uint32_t n,
                                struct ft_error *err) {
  int room = base64.size < INT_MAX / 2 ? pg_b64_dec_len((int)base64.size) : -1;
  if (room < 0) return ft_fail(err, FT_CORRUPT, "piece %u of the model's bytes is too long", n);
  *bytes = *bytes ? repalloc_huge(*bytes, *size + (size_t)room + 1)
                  : MemoryContextAllocHuge(CurrentMemoryContext, (size_t)room + 1);
  int decoded = pg_b64_decode(base64.data, (int)base64.size, (ft_pg_byte *)*bytes + *size, room);
  if (decoded < 0) return ft_fail(err, FT_CORRUPT, "piece %u of the model's bytes is damaged", n);
  *size += (size_t)decoded;
  return FT_OK;
}

static enum ft_status read_piece(char **bytes, size_t *size, Relation functions,
                                 const struct ft_place_of *place, const struct ft_body *body,
                                 uint32_t n, struct ft_error *err) {
  char name[NAMEDATALEN];
  struct ft_span base64;
  ft_body_carrier_name(name, &body->artifact, n);
  text *carrier = find_carrier(functions, name, place, NULL);
  /* A statement that began before its model was replaced goes on with the old one's bytes. */
  if (!carrier && ActiveSnapshotSet())
    carrier = find_carrier(functions, name, place, GetActiveSnapshot());
  if (!carrier) {
    ft_fail(err, FT_UNDEFINED_OBJECT, "the model's bytes are missing: there is no function \"%s\"",
            name);
    return ft_fail_hint(err, "It must be in the schema of the model's function, and its owner's.");
  }
  struct ft_span whole = { VARDATA_ANY(carrier), VARSIZE_ANY_EXHDR(carrier) };
  FT_TRY(ft_body_read_carrier(&base64, whole, n, body->pieces, err));
  FT_TRY(add_piece(bytes, size, base64, n, err));
  pfree(carrier);
  return FT_OK;
}

static enum ft_status check_hash(struct ft_span bytes, const struct ft_body *body,
                                 struct ft_error *err) {
  struct ft_sha256 hash;
  FT_TRY(ft_sha256_of(&hash, &bytes, 1, err));
  if (memcmp(hash.byte, body->artifact.byte, sizeof hash.byte) == 0) return FT_OK;
  return ft_fail(err, FT_CORRUPT, "the model's bytes are damaged: they have another SHA-256");
}

enum ft_status ft_artifact_fetch(struct ft_span *out, const struct ft_place_of *place,
                                 const struct ft_body *body, struct ft_error *err) {
  char *bytes = NULL;
  size_t size = 0;
  enum ft_status status = FT_OK;
  Relation functions = table_open(ProcedureRelationId, AccessShareLock);
  for (uint32_t n = 1; status == FT_OK && n <= body->pieces; n++)
    status = read_piece(&bytes, &size, functions, place, body, n, err);
  table_close(functions, AccessShareLock);
  FT_TRY(status);
  struct ft_span whole = { bytes, size };
  FT_TRY(check_hash(whole, body, err));
  return ft_sealing_open(out, place->schema, place->owner, whole, err);
}
