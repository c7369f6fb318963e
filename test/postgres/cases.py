"""The PostgreSQL host on a throw-away server, one function a case; run by test_postgres.

A case gets the server; what it needs of the others it says itself. Rows are small and one trial is
enough: what is tested is the server's side.
"""
import os
import re
import signal
import subprocess
import tempfile
import threading
import time

import server as pg

ROWS = """CREATE TABLE t AS SELECT i AS id, i % 7 AS a, sin(i) AS b, (i % 97 / 7.0)::numeric(12,3) AS price,
  CASE WHEN i % 5 <> 0 THEN 'SECRET' || i % 4 END AS k, i % 3 = 0 OR i % 7 > 4 AS yes
  FROM generate_series(1, 1500) i"""
COLUMNS = "a, b, price, k"
# A query that takes its time: rows keep coming for minutes.
SLOW = "SELECT a, b, pg_sleep(0.01)::text AS s, yes FROM t, generate_series(1, 100)"


def create(name="m", function="f", query=f"SELECT {COLUMNS}, yes FROM t", target="yes",
           replace="", settings="MAX_TRIALS 1"):
    return (f"CALL foretell.create_model($model$CREATE {replace} MODEL {name} FROM ({query}) "
            f"TARGET {target} FUNCTION {function} SETTINGS ({settings})$model$)")


def create_slowly(replace=""):
    """A training of minutes."""
    return (f"CALL foretell.create_model($model$CREATE {replace} MODEL m FROM (SELECT {COLUMNS}, yes FROM t, "
            "generate_series(1, 40)) TARGET yes FUNCTION f AUTO OFF MODEL_TYPE XGBOOST OBJECTIVE "
            "'binary:logistic' PREPROCESSORS 'none' HYPERPARAMETERS DEFAULT EXCEPT (NUM_ROUND '10000', "
            "MAX_DEPTH '10')$model$)")


def fresh(server, name, model=True):
    """A database of its own with the table t, and the model m on request."""
    server.psql(f"DROP DATABASE IF EXISTS {name}")
    server.psql(f"CREATE DATABASE {name}")
    server.psql("CREATE EXTENSION foretell", database=name)
    server.psql(ROWS, database=name)
    if model:
        server.psql(create(), database=name)
    return name


def same(got, wanted, what="result"):
    if got != wanted:
        raise AssertionError(f"{what}: {got!r} instead of {wanted!r}")


def says(text, *parts):
    for part in parts:
        if part not in text:
            raise AssertionError(f"{part!r} is not in: {text}")


def role(server, name, attributes=""):
    server.psql(f"DROP ROLE IF EXISTS {name}", check=False)
    server.psql(f"CREATE ROLE {name} LOGIN {attributes}")


def backend_start(server):
    return server.value("SELECT pg_postmaster_start_time()")


def trainers(server):
    """Process ids of trainers whose parent is a backend of this server."""
    found = []
    for line in subprocess.run(["ps", "-eo", "pid,ppid,args"], capture_output=True, text=True,
                               check=True).stdout.splitlines()[1:]:
        pid, parent, name = line.split(None, 2)
        if name.startswith("foretell-trainer") and parent_of(int(parent)) == server.process.pid:
            found.append(int(pid))
    return found


def resident_pages(pid):
    try:
        with open(f"/proc/{pid}/statm", encoding="utf-8") as file:
            return int(file.read().split()[1])
    except OSError:
        return 0


def parent_of(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            return int(file.read().rsplit(")", 1)[1].split()[1])
    except OSError:
        return 0


class Background(threading.Thread):
    """A statement in a session of its own."""

    def __init__(self, server, sql, **options):
        super().__init__()
        self.server, self.sql, self.options, self.done = server, sql, options, None
        self.start()

    def run(self):
        self.done = self.server.psql(self.sql, check=False, **self.options)

    def result(self, seconds=60):
        self.join(seconds)
        if self.is_alive():
            raise AssertionError(f"no end after {seconds} s: {self.sql[:100]}")
        return self.done


def wait_for(condition, what, seconds=30):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = condition()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"{what}: not within {seconds} s")


def case_calls_take_columns_rows_and_names(server):
    db = fresh(server, "calls")
    ask = lambda sql: server.value(sql, database=db)
    by_columns = ask(f"SELECT string_agg(f({COLUMNS})::text, '' ORDER BY id) FROM t")
    same(by_columns, ask("SELECT string_agg(f(t)::text, '' ORDER BY id) FROM t"), "f(t)")
    same(by_columns, ask(f"SELECT string_agg(f(ROW({COLUMNS}))::text, '' ORDER BY id) FROM t"))
    same(by_columns, ask("SELECT string_agg(f(r)::text, '' ORDER BY id) FROM "
                         "(SELECT k, price, b, a, id FROM t) r"), "another order")
    same(ask("SELECT f(a => 1, b => 0.5, price => 2, k => 'x') = f(1, 0.5, 2, 'x')"), "t")
    same(ask("SELECT f(NULL, NULL, NULL, NULL) IS NOT NULL AND f(NULL::t) IS NOT NULL"), "t")
    same(ask("SELECT count(*) FROM t WHERE cardinality((f_prob(t)).labels) <> 2"), "0")
    same(ask("SELECT count(*) FROM t WHERE (f_prob(t)).probabilities[1] < 0.5"), "0")
    says(server.error("SELECT f(r) FROM (SELECT 1 AS a) r", database=db), "42703", '"b"')
    says(server.error("SELECT f(r) FROM (SELECT 1 AS a, 'x' AS b, 2 AS price, 'k' AS k) r",
                      database=db), "42804", '"b"')
    says(server.error("SELECT f(3000000000, 1, 1, 'x')", database=db), "22003", '"a"')
    same(ask("SELECT prosrc LIKE 'part=class artifact=%' AND length(prosrc) < 200 FROM pg_proc "
             "WHERE proname = 'f' AND pronargs = 4"), "t")


def case_numeric_reads_as_a_cast_does(server):
    db = fresh(server, "numbers", model=False)
    server.psql("CREATE TABLE n AS SELECT i % 2 = 0 AS yes, ((i * 7919 % 1000) / 1000.0)::float8 AS x "
                "FROM generate_series(1, 800) i; UPDATE n SET yes = x > 0.3", database=db)
    server.psql("CREATE TABLE d AS SELECT x::numeric AS x, yes FROM n", database=db)
    server.psql(create("r", "g", "SELECT x, yes FROM d"), database=db)
    same(server.value(
        "SELECT count(*) FROM (SELECT (random() * power(10, i % 30 - 15))::numeric AS v FROM "
        "generate_series(1, 5000) i UNION ALL SELECT 'NaN' UNION ALL SELECT 0 UNION ALL "
        "SELECT -12345678901234567890.123 UNION ALL SELECT 0.1 UNION ALL SELECT 1e-30) v "
        "WHERE (g_prob(ROW(v))).probabilities IS DISTINCT FROM "
        "(g_prob(ROW(v::float8))).probabilities", database=db), "0")


def case_models_replace_and_drop(server):
    db = fresh(server, "lives")
    ask = lambda sql: server.value(sql, database=db)
    server.psql("CREATE VIEW v AS SELECT id, f(a, b, price, k) AS guess FROM t", database=db)
    before = ask("SELECT 'f(bigint,double precision,numeric,text)'::regprocedure::oid")
    server.psql(create(replace="OR REPLACE", settings="MAX_TRIALS 1, SEED 5"), database=db)
    same(ask("SELECT 'f(bigint,double precision,numeric,text)'::regprocedure::oid"), before,
         "the function's identity")
    same(ask("SELECT count(guess) FROM v"), "1500")
    same(ask("SELECT count(*) FROM pg_proc WHERE proname LIKE 'ft:%'"), "1", "carriers")
    same(ask("SELECT version FROM foretell.model WHERE is_current"), "2")
    says(server.error(create(replace="OR REPLACE", query="SELECT a, b, yes FROM t"), database=db),
         "2BP01", "its function \"f\" is used by view public.v")
    same(ask("SELECT count(guess) FROM v"), "1500", "after a failed replacement")
    # All that stands in the way is said before a row is read.
    server.psql("CREATE STATISTICS st ON (f(a, b, price, k)) FROM t", database=db)
    for query in (f"SELECT {COLUMNS}, pg_sleep(60)::text AS s, yes FROM t", "SELECT a, b, 1 / (a - a) AS z, yes FROM t"):
        says(server.error(create(replace="OR REPLACE", query=query), database=db), "2BP01",
             "view public.v", "statistics object public.st", "HINT:  Drop that first")
    server.psql("DROP STATISTICS st", database=db)
    same(ask("SELECT reason FROM foretell.model WHERE is_current"), "")
    says(server.error("CALL foretell.drop_model('m')", database=db), "2BP01", "v depends on function")
    server.psql("DROP VIEW v; CREATE INDEX guessed ON t (f(a, b, price, k))", database=db)
    says(server.error(create(replace="OR REPLACE", settings="MAX_TRIALS 1, SEED 6"), database=db),
         "2BP01", "index public.guessed")
    says(server.error(create(replace="OR REPLACE", query=f"SELECT {COLUMNS}, 1 / (a - a) = 0 AS yes FROM t"),
                      database=db), "2BP01", "index public.guessed")
    server.psql("DROP INDEX guessed; ALTER TABLE t ADD COLUMN g boolean GENERATED ALWAYS AS "
                "(f(a, b, price, k)) STORED", database=db)
    says(server.error(create(replace="OR REPLACE", settings="MAX_TRIALS 1, SEED 6"), database=db),
         "2BP01", "column g")
    server.psql("ALTER TABLE t DROP COLUMN g", database=db)
    server.psql(create(replace="OR REPLACE", query="SELECT a, b, yes FROM t"), database=db)
    same(ask("SELECT f(1, 0.5) IS NOT NULL"), "t")
    server.psql("CALL foretell.drop_model('m')", database=db)
    same(ask("SELECT count(*) FROM pg_proc WHERE prolang = (SELECT oid FROM pg_language WHERE "
             "lanname = 'foretell')"), "0", "functions left")
    same(ask("SELECT count(*) FROM foretell.stored_model"), "0")


def case_a_statement_goes_on_with_the_model_that_it_began_with(server):
    db = fresh(server, "goeson")
    ask = lambda sql: server.value(sql, database=db)
    before = ask("SELECT sum(f(a, b, price, k)::int) FROM t")
    # Its first call comes after the model was replaced, and the old one's bytes were dropped.
    for query in (f"{COLUMNS}, yes", f"{COLUMNS}, NOT yes AS yes"):
        task = Background(server, "SELECT 'sum=' || sum(f(a, b, price, k)::int) FROM (SELECT t.* FROM t, "
                          "(SELECT pg_sleep(4)) s OFFSET 0) x", database=db)
        wait_for(lambda: ask("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'") == "1", "a sleep")
        server.psql(create(replace="OR REPLACE", query=f"SELECT {query} FROM t",
                           settings="MAX_TRIALS 1, SEED 6"), database=db)
        says(task.result().stdout, f"sum={before}")
        before = ask("SELECT sum(f(a, b, price, k)::int) FROM t")


def case_a_transaction_block_is_all_or_nothing(server):
    db = fresh(server, "blocks", model=False)
    server.psql(f"BEGIN; {create()}; SELECT f(t) FROM t LIMIT 1; ROLLBACK", database=db)
    same(server.value("SELECT count(*) FROM pg_proc WHERE proname IN ('f', 'f_prob')", database=db), "0")
    same(server.value("SELECT count(*) FROM foretell.stored_model", database=db), "0")
    server.psql(f"BEGIN; {create()}; COMMIT", database=db)
    server.psql("DO LANGUAGE foretell $$DROP MODEL m$$", database=db)
    same(server.value("SELECT count(*) FROM foretell.model", database=db), "0")


def case_no_snapshot_is_held_while_training(server):
    db = fresh(server, "snapshots", model=False)
    task = Background(server, create_slowly(), database=db)
    try:
        query = ("SELECT backend_xmin IS NULL AND backend_xid IS NULL FROM pg_stat_activity WHERE "
                 "query LIKE 'CALL foretell%' AND datname = 'snapshots'")
        wait_for(lambda: trainers(server), "a trainer")
        wait_for(lambda: server.value(query) == "t", "a session without a snapshot")
    finally:
        cancel(server, db)
        task.result()


def cancel(server, db):
    server.psql("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query LIKE "
                f"'CALL foretell%' AND datname = '{db}'")


def case_cancel_and_timeout_end_training(server):
    db = fresh(server, "cancels", model=False)
    task = Background(server, create_slowly(), database=db)
    wait_for(lambda: trainers(server), "a trainer")
    time.sleep(1)
    begun = time.monotonic()
    cancel(server, db)
    says(task.result(10).stderr, "57014", "canceling statement due to user request")
    if time.monotonic() - begun > 1.5:
        raise AssertionError(f"the cancel took {time.monotonic() - begun:.1f} s")
    same(trainers(server), [], "trainers left")
    same(server.value("SELECT state || ' ' || reason FROM foretell.model", database=db),
         "FAILED cancelled")
    # The failed attempt does not block the statement that failed.
    task = Background(server, create(query=SLOW), database=db)
    wait_for(lambda: trainers(server), "a trainer")
    cancel(server, db)
    says(task.result(10).stderr, "57014")
    server.psql(create(), database=db)
    says(server.error(create(), database=db), "42710", "already exists")
    begun = time.monotonic()
    error = server.error("SET statement_timeout = '2s'; " +
                         create_slowly("OR REPLACE"), database=db)
    says(error, "57014", "statement timeout")
    if time.monotonic() - begun > 4:
        raise AssertionError("the timeout came late")
    error = server.error("SET statement_timeout = '2s'; " + create(replace="OR REPLACE", query=SLOW),
                         database=db)
    says(error, "57014", "statement timeout")
    same(trainers(server), [], "trainers left")


def case_progress_goes_one_way(server):
    db = fresh(server, "progress", model=False)
    told = server.psql(create(query=f"SELECT {COLUMNS}, yes FROM t, generate_series(1, 3)",
                              settings="MAX_RUNTIME 12"), database=db).stderr
    notices = re.findall(r"NOTICE:  (.*)", told)
    percents = [int(number) for number in re.findall(r", (\d+) %", "\n".join(notices))]
    if not percents or percents != sorted(percents) or percents[-1] >= 100:
        raise AssertionError(notices)
    if re.search(r"best F1 0\b(?!\.)|, 0 s left|candidates", "\n".join(notices)):
        raise AssertionError(notices)
    says(notices[0], "reading rows")
    return notices[-1]


def case_a_trainer_told_to_stop_gives_the_best_so_far(server):
    db = fresh(server, "stops", model=False)
    task = Background(server, create(query=f"SELECT {COLUMNS}, yes FROM t, generate_series(1, 4)",
                                     settings="MAX_RUNTIME 600"), database=db)
    found = wait_for(lambda: trainers(server), "a trainer")
    time.sleep(5)
    os.kill(found[0], signal.SIGINT)
    told = task.result(40).stderr
    if "ERROR" in told:
        raise AssertionError(told)
    shown = """SELECT "Value" FROM foretell.show_model('m') WHERE "Key" = '%s'"""
    same(server.value(shown % "Model State", database=db), "READY")
    same(server.value(shown % "Training Job Status", database=db), "Stopped")
    same(server.value("SELECT count(f(t)) FROM t", database=db), "1500")


def case_a_killed_trainer_leaves_the_server_alone(server):
    db = fresh(server, "killed", model=False)
    started = backend_start(server)
    task = Background(server, create_slowly(), database=db)
    os.kill(wait_for(lambda: trainers(server), "a trainer")[0], signal.SIGKILL)
    says(task.result().stderr, "38000", "killed by signal 9")
    task = Background(server, create_slowly("OR REPLACE"), database=db)
    os.kill(wait_for(lambda: trainers(server), "a trainer")[0], signal.SIGSEGV)
    # a sanitizer takes the signal itself
    says(task.result().stderr, "38000", "exit status" if server.installation.sanitized else "signal 11")
    if not server.installation.sanitized:
        says(server.error("SET foretell.trainer_memory = '2MB'; " + create(replace="OR REPLACE"),
                          database=db), "53200", "the trainer may take 2 MB (foretell.trainer_memory)")
    says(server.error("SET foretell.trainer = '/bin/false'; " + create(replace="OR REPLACE"),
                      database=db), "38000", "exit status 1")
    says(server.error("SET foretell.trainer = '/nowhere'; " + create(replace="OR REPLACE"),
                      database=db), "38000", "/nowhere")
    same(backend_start(server), started, "the server's start")
    same(server.value("SELECT state FROM foretell.model WHERE is_current", database=db), "FAILED")
    # A backend that is ended takes its trainer with it.
    task = Background(server, create_slowly("OR REPLACE"), database=db)
    wait_for(lambda: trainers(server), "a trainer")
    server.psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'killed' AND "
                "query LIKE '%foretell.create_model%' AND pid <> pg_backend_pid()")
    task.result()
    wait_for(lambda: not trainers(server), "the trainer's end", 5)
    same(backend_start(server), started, "the server's start")


def case_a_trainer_is_limited_and_private(server):
    db = fresh(server, "limits", model=False)
    for settings, memory in (("", None), ("SET foretell.trainer_memory = '3GB';", str(3 << 30)),
                             ("SET foretell.trainer_memory = 0;", "unlimited")):
        task = Background(server, settings + create_slowly("OR REPLACE"), database=db)
        trainer = wait_for(lambda: [pid for pid in trainers(server) if resident_pages(pid) > 5000],
                           "a trainer with rows")[0]
        with open(f"/proc/{trainer}/limits", encoding="utf-8") as file:
            limits = {line[:25].strip(): line[26:46].strip() for line in file}
        with open(f"/proc/{trainer}/comm", encoding="utf-8") as file:
            same(file.read(), "foretell-traine\n", "the trainer's name, as long as Linux keeps it")
        same(limits["Max core file size"], "0")
        same(os.stat(f"/proc/{trainer}/environ").st_uid, 0, "who may read its memory")
        os.kill(trainer, signal.SIGKILL)
        task.result()
        if memory or server.installation.sanitized:
            same(limits["Max data size"], "unlimited" if server.installation.sanitized else memory)
        else:
            machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
            assert 0 < int(limits["Max data size"]) <= machine // 2 + 4096, limits["Max data size"]


def case_privileges_guard_models_and_training(server):
    db = fresh(server, "rights")
    for name in ("alice", "bob"):
        role(server, name)
    ask = lambda sql, user="bob": server.value(sql, database=db, user=user)
    fails = lambda sql, user="bob": server.error(sql, database=db, user=user)
    server.psql("GRANT SELECT ON t TO alice, bob; GRANT CREATE ON SCHEMA public TO alice, bob",
                database=db)
    says(fails("SELECT f(t) FROM t"), "42501", "permission denied for function f")
    same(ask("SELECT count(*) FROM foretell.model"), "0", "models that bob sees")
    same(ask("SELECT count(*) FROM foretell.leaderboard"), "0", "candidates that bob sees")
    says(fails("SELECT * FROM foretell.show_model('m')"), "42501")
    says(fails("SELECT * FROM foretell.stored_model"), "42501")
    says(fails(create("mine", "mine")), "42501")
    server.psql("CALL foretell.execute('GRANT EXECUTE ON MODEL m TO bob')", database=db)
    same(ask("SELECT count(f(t)) FROM t"), "1500")
    same(ask("SELECT model_name FROM foretell.model"), "m")
    same(ask("SELECT model_name || count(*) FROM foretell.leaderboard GROUP BY model_name"), "m1")
    same(ask("SELECT identity_name, privilege_type FROM foretell.svv_ml_model_privileges "
             "WHERE identity_name = 'bob'"), "bob\tEXECUTE")
    says(fails("CALL foretell.drop_model('m')"), "42501", "must be owner")
    server.psql("CALL foretell.execute('REVOKE EXECUTE ON MODEL m FROM bob')", database=db)
    says(fails("SELECT f(t) FROM t"), "42501")
    server.psql("CALL foretell.execute('GRANT CREATE MODEL TO alice')", database=db)
    server.psql(create("hers", "hers"), database=db, user="alice")
    same(ask("SELECT owner FROM foretell.model", "alice"), "alice")
    says(server.error(create("m", "f", replace="OR REPLACE"), database=db, user="alice"), "42501")
    server.psql("CALL foretell.execute('GRANT CREATE MODEL TO bob')", database=db, user="alice",
                check=False)  # without the right to hand it on that is a warning
    says(fails(create("mine", "mine")), "42501")
    # A superuser who replaces it leaves it hers.
    server.psql(create("hers", "hers", replace="OR REPLACE", settings="MAX_TRIALS 1, SEED 3"),
                database=db)
    same(ask("SELECT DISTINCT proowner::regrole::text FROM pg_proc p JOIN pg_language l ON l.oid = "
             "prolang WHERE lanname = 'foretell' AND (proname LIKE 'hers%' OR proname LIKE 'ft:%') "
             "AND proowner <> 10", "alice"), "alice")
    same(ask("SELECT count(hers(t)) FROM t", "alice"), "1500")
    # What she may not read, she cannot train on.
    server.psql("CREATE TABLE private AS SELECT * FROM t", database=db)
    says(server.error(create("x", "x", "SELECT a, yes FROM private"), database=db, user="alice"),
         "42501", "private")


def case_row_security_limits_training(server):
    db = fresh(server, "rows", model=False)
    role(server, "carol")
    server.psql("ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON t USING (id <= 700); "
                "GRANT SELECT ON t TO carol; GRANT CREATE ON SCHEMA public TO carol; "
                "GRANT EXECUTE ON PROCEDURE foretell.create_model(text) TO carol", database=db)
    server.psql(create(), database=db, user="carol")
    same(server.value("""SELECT "Value" FROM foretell.show_model('m') WHERE "Key" = 'Rows Read'""",
                      database=db, user="carol"), "700")


def case_hostile_bodies_are_refused(server):
    db = fresh(server, "hostile")
    started = backend_start(server)
    role(server, "mallory")
    server.psql("CREATE SCHEMA evil AUTHORIZATION mallory; GRANT SELECT ON t TO mallory", database=db)
    sha = server.value("SELECT artifact_sha256 FROM foretell.stored_model", database=db)
    make = lambda body, arguments="bigint, float8, numeric, text", returns="boolean", name="x": (
        f"CREATE OR REPLACE FUNCTION evil.{name}({arguments}) RETURNS {returns} LANGUAGE foretell "
        f"AS $b${body}$b$")
    fails = lambda sql: server.error(sql, database=db, user="mallory")
    for body in ("", "part=class", f"part=class artifact={sha[:-1]} pieces=1",
                 f"part=class artifact={sha} pieces=0", f"part=class artifact={sha} pieces=97",
                 f"part=evil artifact={sha} pieces=1", f"part=class artifact={sha} pieces=1 more",
                 "SELECT 1", "part=class artifact=" + "z" * 64 + " pieces=1", "\\x00" * 1000):
        says(fails(make(body)), "42601")
    good = f"part=class artifact={sha} pieces=1"
    # Another's carriers do not count: neither from another schema nor with another owner.
    server.psql(make(good), database=db, user="mallory")
    says(fails("SELECT evil.x(1, 2, 3, 'k')"), "42704", "bytes are missing")
    carrier = server.value("SELECT prosrc FROM pg_proc WHERE proname LIKE 'ft:%'", database=db)
    name = f'"ft:{sha[:48]}:1"'
    # Damaged bytes, at creation or at first use.
    flip = carrier[:500] + ("A" if carrier[500] != "A" else "B") + carrier[501:]
    for bytes_ in (flip, carrier[:900], "carrier 1 of 1\n", "carrier 1 of 1\n!!!!", "carrier 2 of 2\nAAAA",
                   "carrier 1 of 1\n" + "QUJD" * 100000):
        server.psql(f"CREATE OR REPLACE FUNCTION evil.{name}() RETURNS void LANGUAGE foretell AS "
                    f"$b${bytes_}$b$", database=db, user="mallory")
        says(fails("SELECT evil.x(1, 2, 3, 'k')"), "XX001")
    says(fails(f"SELECT evil.{name}()"), "cannot be called")
    # Honest bytes under wrong declarations.
    server.psql(f"CREATE OR REPLACE FUNCTION evil.{name}() RETURNS void LANGUAGE foretell AS "
                f"$b${carrier}$b$", database=db, user="mallory")
    for arguments, returns in (("bigint", "boolean"), ("text, text, text, text", "boolean"),
                               ("bigint, float8, numeric, text", "integer"),
                               ("bigint, float8, numeric, text", "foretell.probabilities"),
                               ("bigint, float8, numeric, text", "void"),
                               ("bigint, float8, numeric, internal", "boolean"),
                               ("anyelement, float8, numeric, text", "boolean")):
        server.psql("SET check_function_bodies = off; " + make(good, arguments, returns, "y"),
                    database=db, user="mallory", check=False)
        error = fails(make(good, arguments, returns, "y"))
        if not re.search("42804|22P02|42P13", error):
            raise AssertionError(error)
        server.psql("DROP FUNCTION IF EXISTS evil.y", database=db, user="mallory", check=False)
    for declaration in ("() RETURNS trigger", "(VARIADIC float8[]) RETURNS boolean",
                        "(OUT boolean)", "(float8) RETURNS SETOF boolean"):
        fails(f"CREATE FUNCTION evil.z{declaration} LANGUAGE foretell AS '{good}'")
    fails(f"CREATE PROCEDURE evil.z() LANGUAGE foretell AS '{good}'")
    says(fails("DO LANGUAGE foretell $$DROP TABLE t$$"), "42601")
    says(fails("SELECT foretell.call_handler()"), "ERROR")
    same(backend_start(server), started, "the server's start")


def case_no_artifact_in_the_log(server):
    begin = len(server.log_text())
    db = fresh(server, "quiet")
    server.psql("CREATE OR REPLACE FUNCTION raise_all() RETURNS event_trigger LANGUAGE plpgsql AS "
                "$$BEGIN RAISE EXCEPTION 'no'; END$$; CREATE EVENT TRIGGER e ON ddl_command_end "
                "EXECUTE FUNCTION raise_all()", database=db)
    says(server.error(create("n", "g"), database=db), "P0001")
    body = server.value("SELECT prosrc FROM pg_proc WHERE proname LIKE 'ft:%'", database=db)
    log = server.log_text()[begin:]
    piece = body.split("\n")[1][:60]
    if piece in log or "FTMODEL" in log:
        raise AssertionError("the server's log has bytes of an artifact")
    carriers = server.value("SELECT count(*) FROM pg_proc WHERE prosrc LIKE '%SECRET%'", database=db)
    same(carriers, "0", "functions with a customer's value in them")


def case_sealed_models_serve_their_owner_alone(server):
    key = server.folder / "seal.key"
    key.write_text("5e" * 32 + "\n", encoding="utf-8")
    key.chmod(0o644)
    server.installation.own(key)
    server.configure({"foretell.key_file": f"'{key}'"})
    server.psql("SELECT pg_reload_conf()")
    wait_for(lambda: server.value("LOAD 'foretell'; SHOW foretell.key_file") == str(key), "the setting")
    try:
        db = fresh(server, "sealed", model=False)
        role(server, "mallory2")
        labels = f"SELECT {COLUMNS}, CASE WHEN yes THEN 'LABEL_YES' ELSE 'LABEL_NO' END AS yes FROM t"
        says(server.error(create(query=labels), database=db), "58030", "read by others")
        key.chmod(0o600)
        server.psql(create(query=labels, replace="OR REPLACE"), database=db)
        same(server.value("SELECT count(f(t)) FROM t", database=db), "1500")
        says(server.value("SELECT f(t) FROM t LIMIT 1", database=db), "LABEL_")
        says(server.value("""SELECT "Value" FROM foretell.show_model('m') WHERE "Key" = 'Model State'""",
                          database=db), "READY")
        bodies = "SELECT encode(decode(split_part(prosrc, E'\\n', 2), 'base64'), 'escape') FROM pg_proc " \
                 "WHERE proname LIKE 'ft:%'"
        stored = server.value(bodies, database=db)
        says(stored, "FTSEAL1")
        if "LABEL_" in stored:
            raise AssertionError("labels are readable in pg_proc")
        server.psql("CREATE SCHEMA evil AUTHORIZATION mallory2", database=db)
        server.psql("""SET ROLE mallory2;
            SELECT format('CREATE FUNCTION evil.%I() RETURNS void LANGUAGE foretell AS %L', proname, prosrc)
            FROM pg_proc WHERE proname LIKE 'ft:%' \\gexec
            SELECT format('CREATE FUNCTION evil.f(bigint, float8, numeric, text) RETURNS text LANGUAGE foretell AS %L',
            prosrc) FROM pg_proc WHERE proname = 'f' AND pronargs = 4 \\gexec
            """, database=db, check=False)
        error = server.error("""SET check_function_bodies = off;
            SELECT format('CREATE OR REPLACE FUNCTION evil.f(bigint, float8, numeric, text) RETURNS text LANGUAGE foretell AS %L',
            prosrc) FROM pg_proc WHERE proname = 'f' AND pronargs = 4 AND pronamespace = 'public'::regnamespace \\gexec
            SELECT evil.f(1, 2, 3, 'k')""", database=db, user="mallory2")
        says(error, "XX001", "seal")
    finally:
        server.configure({"foretell.key_file": "''"})
        server.psql("SELECT pg_reload_conf()")
    wait_for(lambda: server.value("LOAD 'foretell'; SHOW foretell.key_file") == "", "the setting")
    says(server.error("SELECT f(t) FROM t", database="sealed"), "58030", "no key file")


def embedded(server, folder, *statements):
    """The last result of statements on the embedded host, as lines without the head."""
    commands = [word for statement in statements for word in ("-c", statement)]
    done = subprocess.run([server.installation.build / "foretell", "-q", "--format", "csv", *commands,
                           os.path.join(folder, "t.db")], capture_output=True, text=True, check=True)
    return done.stdout.strip().split("\n")[1:]


def case_the_shell_keeps_the_names_of_columns(server):
    """They are printed when the rows are known; memory that is freed in between is overwritten."""
    done = subprocess.run([server.installation.build / "foretell", "-q", "-c",
                           "SELECT i AS number, 'x' AS letter FROM generate_series(1, 3) i", server.url()],
                          capture_output=True, text=True, check=True,
                          env=dict(os.environ, MALLOC_PERTURB_="165", LANG="C.UTF-8"))
    same(done.stdout.split("\n")[1], "│ number │ letter │")


def case_both_hosts_make_the_same_model(server):
    db = fresh(server, "twins")
    order = "SELECT (f_prob(t)).probabilities[1] FROM t ORDER BY id"
    with tempfile.TemporaryDirectory() as folder:
        rows = os.path.join(folder, "t.csv")
        with open(rows, "w", encoding="utf-8") as file:
            file.write(server.value("COPY t TO STDOUT (FORMAT csv)", database=db) + "\n")
        lines = embedded(server, folder, "CREATE TABLE t (id INT, a INT, b DOUBLE, price DECIMAL(12,3), "
                         f"k VARCHAR, yes BOOLEAN); COPY t FROM '{rows}' (HEADER false)",
                         f"CREATE MODEL m FROM (SELECT {COLUMNS}, yes FROM t) TARGET yes FUNCTION f "
                         "SETTINGS (MAX_TRIALS 1)", order)
        digest = embedded(server, folder, "SELECT model_sha256 FROM foretell.model")
    same(server.value("SELECT model_sha256 FROM foretell.model", database=db), digest[0], "model_sha256")
    here = [float(line) for line in server.value(order, database=db).split("\n")]
    same(here, [float(line) for line in lines], "probabilities")
    return f"{len(here)} probabilities"


def case_planning_sessions_stay_small(server):
    db = fresh(server, "small", model=False)
    # Deep trees over noise: an artifact of megabytes.
    server.psql("CREATE TABLE wide AS SELECT random() AS c, random() AS x, random() AS y, random() AS z "
                "FROM generate_series(1, 40000) i", database=db)
    server.psql("CALL foretell.create_model($$CREATE MODEL big FROM wide TARGET c FUNCTION big AUTO OFF "
                "MODEL_TYPE XGBOOST OBJECTIVE 'reg:squarederror' PREPROCESSORS 'none' HYPERPARAMETERS "
                "DEFAULT EXCEPT (NUM_ROUND '150', MAX_DEPTH '10', MIN_CHILD_WEIGHT '0', LAMBDA '0')$$)", database=db)
    size = int(server.value("SELECT artifact_bytes FROM foretell.model", database=db))
    server.psql("CREATE VIEW guesses AS SELECT big(x, y, z), big(w) AS r FROM wide w",
                database=db)
    used = "SELECT sum(total_bytes) FROM pg_backend_memory_contexts"
    lines = server.value(f"{used}; EXPLAIN SELECT * FROM guesses; {used}", database=db).split("\n")
    grown = int(lines[-1]) - int(lines[0])
    if grown > 1 << 17 or size < 1 << 18:
        raise AssertionError(f"planning took {grown} bytes for an artifact of {size}")
    return f"{size >> 10} KiB of artifact, {grown >> 10} KiB in a session that plans"


def case_dumps_restore_for_superuser_and_owner(server):
    db = fresh(server, "dumped")
    role(server, "dba", "CREATEDB")
    want = server.value("SELECT sum(round((f_prob(t)).probabilities[1] * 1e6)::bigint) FROM t", database=db)
    copy_of(server, "dumped", "restored", "postgres")
    same(server.value("SELECT sum(round((f_prob(t)).probabilities[1] * 1e6)::bigint) FROM t",
                      database="restored"), want)
    same(server.value("SELECT model_name || state FROM foretell.model", database="restored"), "mREADY")
    # A database's owner, who is no superuser.
    server.psql("DROP DATABASE IF EXISTS owned")
    server.psql("CREATE DATABASE owned OWNER dba")
    server.psql("CREATE EXTENSION foretell", database="owned", user="dba")
    server.psql(ROWS, database="owned", user="dba")
    server.psql(create(), database="owned", user="dba")
    copy_of(server, "owned", "owned_copy", "dba")
    same(server.value("SELECT sum(round((f_prob(t)).probabilities[1] * 1e6)::bigint) FROM t",
                      database="owned_copy", user="dba"), want)
    same(server.value("SELECT model_name || state FROM foretell.model", database="owned_copy",
                      user="dba"), "mREADY")
    server.psql(create(replace="OR REPLACE", settings="MAX_TRIALS 1, SEED 9"), database="owned_copy",
                user="dba")
    server.psql("CALL foretell.drop_model('m')", database="owned_copy", user="dba")


def copy_of(server, source, target, user):
    file = str(server.folder / f"{source}.dump")
    server.psql(f"DROP DATABASE IF EXISTS {target}")
    server.psql(f"CREATE DATABASE {target} OWNER {user}")
    server.installation.run("pg_dump", "-Fc", "-f", file, server.url(source, user))
    done = server.installation.run("pg_restore", "--exit-on-error", "-d", server.url(target, user), file,
                                   check=False)
    if done.returncode:
        raise AssertionError(done.stderr)


def case_a_standby_predicts(server):
    db = fresh(server, "primary_db")
    folder = server.folder / "standby"
    server.installation.run("pg_basebackup", "-D", str(folder), "-R", "-X", "stream", "-c", "fast",
                            "-d", server.url())
    standby = pg.Server(server.installation, "standby", data=folder)
    try:
        standby.start()
        same(standby.value("SELECT pg_is_in_recovery()"), "t")
        sql = "SELECT sum(round((f_prob(t)).probabilities[1] * 1e6)::bigint) FROM t"
        same(standby.value(sql, database=db), server.value(sql, database=db))
        says(standby.value("SELECT \"Value\" FROM foretell.show_model('m') WHERE \"Key\" = 'Model State'",
                           database=db), "READY")
        says(standby.error(create("x", "x"), database=db), "25006", "standby")
        server.psql(create("later", "later"), database=db)
        wait_for(lambda: standby.psql("SELECT later(t) FROM t LIMIT 1", database=db,
                                      check=False).returncode == 0, "the model on the standby")
    finally:
        standby.stop()


def case_the_extension_can_be_upgraded(server):
    db = fresh(server, "upgraded")
    folder = server.installation.root / pg.pg_config("sharedir").lstrip("/") / "extension"
    step = folder / "foretell--0.1--0.1.next.sql"
    step.write_text("COMMENT ON TYPE foretell.probabilities IS 'highest first';\n", encoding="utf-8")
    server.psql("ALTER EXTENSION foretell UPDATE TO '0.1.next'", database=db)
    same(server.value("SELECT extversion FROM pg_extension WHERE extname = 'foretell'", database=db),
         "0.1.next")
    same(server.value("SELECT count(f(t)) FROM t", database=db), "1500")
    says(server.error("DROP EXTENSION foretell", database=db), "2BP01")
    server.psql("DROP EXTENSION foretell CASCADE", database=db)
    same(server.value("SELECT count(*) FROM pg_proc WHERE proname LIKE 'ft:%' OR proname = 'f'",
                      database=db), "0")
    step.unlink()


def case_a_new_cluster_takes_the_databases_over(server):
    """pg_upgrade, from this version to itself: what it does with extensions is the same."""
    old = pg.Server(server.installation, "old").start()
    fresh(old, "moved")
    sql = "SELECT sum(round((f_prob(t)).probabilities[1] * 1e6)::bigint) FROM t"
    want = old.value(sql, database="moved")
    old.stop()
    new = pg.Server(server.installation, "new")
    done = server.installation.run("pg_upgrade", "-b", str(server.installation.bin), "-B",
                                   str(server.installation.bin), "-d", str(old.data), "-D", str(new.data),
                                   "-p", str(old.port), "-P", str(new.port), "-U", "postgres", check=False)
    if done.returncode:
        raise AssertionError(done.stdout[-1500:] + done.stderr[-500:])
    try:
        new.start()
        same(new.value(sql, database="moved"), want)
        same(new.value("SELECT model_name || state FROM foretell.model", database="moved"), "mREADY")
    finally:
        new.stop()


CASES = {name[5:].replace("_", " "): value for name, value in list(globals().items())
         if name.startswith("case_")}
