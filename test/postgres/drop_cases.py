"""Models whose schema or functions are dropped by the server's own statements, and what DROP MODEL
does with what is left of one; run by test_postgres."""
from cases import ROWS, create, fresh, role, same, says

MODELS = "SELECT string_agg(schema_name || '.' || model_name, ' ' ORDER BY schema_name, model_name) FROM foretell.stored_model"
FUNCTIONS = ("SELECT count(*) FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang WHERE lanname = 'foretell'")
DROP_ALL = """SELECT format('DROP ROUTINE %s', string_agg(oid::regprocedure::text, ', ')) FROM pg_proc
  WHERE proname IN ('f', 'f_prob', 'f_probabilities', 'f_probability') \\gexec"""


def case_models_go_with_their_schema(server):
    db = fresh(server, "gone_schema")
    ask = lambda sql: server.value(sql, database=db)
    server.psql("CREATE SCHEMA s; CREATE SCHEMA s2", database=db)
    server.psql(create("s.m", "f"), database=db)
    server.error("SET foretell.trainer = '/bin/false'; " + create("s.broken", "g"), database=db)
    same(ask(MODELS), "public.m s.broken s.m")
    server.psql("BEGIN; DROP SCHEMA s CASCADE; DO $$BEGIN ASSERT (SELECT count(*) = 1 FROM foretell.stored_model); "
                "END$$; ROLLBACK", database=db)
    same(ask(MODELS), "public.m s.broken s.m", "after a rollback")
    same(ask("SELECT count(s.f(t)) FROM t"), "1500")
    server.psql("DROP SCHEMA s2; DROP SCHEMA s CASCADE", database=db)
    same(ask(MODELS), "public.m")
    same(ask("SELECT count(f(t)) FROM t"), "1500")


def case_a_model_goes_with_the_last_of_its_functions(server):
    db = fresh(server, "gone_function")
    ask = lambda sql: server.value(sql, database=db)
    # Functions of other schemas, and of other names, are nobody's model.
    server.psql("CREATE SCHEMA s; CREATE FUNCTION s.f() RETURNS int LANGUAGE sql AS 'SELECT 1'; DROP FUNCTION s.f(); "
                "DROP FUNCTION f(bigint, float8, numeric, text)", database=db)
    same(ask(MODELS), "public.m")
    same(ask("SELECT count(f(t)) FROM t"), "1500", "the other form of the function")
    server.psql(f"BEGIN; {DROP_ALL}\nROLLBACK", database=db)
    same(ask(MODELS), "public.m", "after a rollback")
    same(ask("SELECT count(f(t)) FROM t"), "1500")
    says(server.psql(DROP_ALL, database=db).stderr, 'model "public.m" was dropped with its function')
    same(ask(f"SELECT ({FUNCTIONS}) || coalesce(({MODELS}), '')"), "0")
    server.psql("CALL foretell.drop_model('DROP MODEL IF EXISTS m')", database=db)
    server.psql(create(), database=db)
    same(ask("SELECT version FROM foretell.model"), "1")


def case_dropping_what_a_role_owns_drops_its_models(server):
    db = fresh(server, "gone_owner")
    role(server, "erin")
    server.psql("GRANT SELECT ON t TO erin; GRANT CREATE ON SCHEMA public TO erin; "
                "GRANT EXECUTE ON PROCEDURE foretell.create_model(text) TO erin", database=db)
    server.psql(create("hers", "hers"), database=db, user="erin")
    # What she puts before pg_catalog is not run with another's rights.
    server.psql("CREATE SCHEMA AUTHORIZATION erin; CREATE FUNCTION erin.to_regclass(text) RETURNS regclass "
                "LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'hostile'; END$$", database=db)
    done = server.psql("SET search_path = erin, pg_catalog, public; DROP OWNED BY erin CASCADE", database=db)
    same("hostile" in done.stderr, False, done.stderr)
    same(server.value(MODELS, database=db), "public.m")
    server.psql("DROP ROLE erin")


def case_replacing_and_dropping_say_nothing_of_lost_functions(server):
    db = fresh(server, "own_drops")
    ask = lambda sql: server.value(sql, database=db)
    told = server.psql(create(replace="OR REPLACE", query="SELECT a, b, yes FROM t"), database=db).stderr
    told += server.psql(f"BEGIN; {create(replace='OR REPLACE', query='SELECT b, price, yes FROM t')}; COMMIT",
                        database=db).stderr
    same(ask("SELECT version || state FROM foretell.model WHERE is_current"), "3READY")
    told += server.psql("CALL foretell.drop_model('m'); CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; "
                        "DROP FUNCTION f()", database=db).stderr
    same("with its function" in told or "WARNING" in told, False, told)
    same(ask(f"SELECT ({FUNCTIONS}) || coalesce(({MODELS}), '')"), "0")


def case_an_owner_of_a_database_drops_models_with_their_schema(server):
    role(server, "frank")
    server.psql("DROP DATABASE IF EXISTS franks")
    server.psql("CREATE DATABASE franks OWNER frank")
    ask = lambda sql: server.value(sql, database="franks", user="frank")
    ask(f"CREATE EXTENSION foretell; CREATE SCHEMA s; {ROWS}")
    ask(create("s.m", "f"))
    same(ask(MODELS), "s.m")
    ask("DROP SCHEMA s CASCADE")
    same(ask(MODELS), "")
    ask("DROP EXTENSION foretell; DROP SCHEMA foretell; CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; "
        "DROP FUNCTION f()")


def case_models_follow_a_renamed_schema(server):
    db = fresh(server, "renamed", model=False)
    role(server, "heidi")
    ask = lambda sql: server.value(sql, database=db)
    server.psql("CREATE SCHEMA s; CREATE SCHEMA evil AUTHORIZATION heidi", database=db)
    server.psql(create("s.m", "f"), database=db)
    server.error("SET foretell.trainer = '/bin/false'; " + create("s.broken", "g"), database=db)
    server.psql("BEGIN; ALTER SCHEMA s RENAME TO s2; ROLLBACK", database=db)
    same(ask(MODELS), "s.broken s.m", "after a rollback")
    server.psql('ALTER SCHEMA s RENAME TO "New"; ALTER SCHEMA "New" OWNER TO CURRENT_USER', database=db)
    same(ask(MODELS), "New.broken New.m")
    same(ask('SELECT count("New".f(t)) FROM t'), "1500")
    server.psql(create('"New".m', "f", replace="OR REPLACE", query="SELECT a, b, yes FROM t"), database=db)
    same(ask("SELECT version || state FROM foretell.model WHERE is_current AND model_name = 'm'"), "2READY")
    # A copy of another's function does not draw his model into one's own schema.
    server.psql("SELECT format('CREATE FUNCTION evil.f(bigint, float8) RETURNS boolean LANGUAGE foretell AS %L', "
                "prosrc) FROM pg_proc WHERE proname = 'f' AND pronargs = 2 \\gexec\n"
                "UPDATE foretell.stored_model SET schema_name = 'nowhere'; ALTER FUNCTION evil.f OWNER TO heidi; "
                "GRANT CREATE ON DATABASE renamed TO heidi", database=db)
    server.psql("ALTER SCHEMA evil RENAME TO evil2", database=db, user="heidi")
    same(ask("SELECT DISTINCT schema_name FROM foretell.stored_model"), "nowhere")
    server.psql("UPDATE foretell.stored_model SET schema_name = 'New'", database=db)
    server.psql("""CALL foretell.drop_model('"New".m')""", database=db)
    same(ask(MODELS), "New.broken")
    same(ask("SELECT count(*) FROM pg_proc WHERE pronamespace = '\"New\"'::regnamespace"), "0")


def case_drop_model_takes_what_is_left_of_a_model(server):
    db = fresh(server, "leftovers")
    role(server, "grace")
    # As a version before left it: the schema is gone, the row is not.
    server.psql("UPDATE foretell.stored_model SET schema_name = 'nowhere'", database=db)
    for statement in ("DROP MODEL nowhere.m", "DROP MODEL nowhere.other"):
        says(server.error(f"CALL foretell.drop_model('{statement}')", database=db, user="grace"), "3F000",
             'schema "nowhere" does not exist')
    says(server.psql("CALL foretell.drop_model('DROP MODEL IF EXISTS nowhere.other')", database=db).stderr,
         "nothing was dropped")
    same(server.value(MODELS, database=db), "nowhere.m")
    told = server.psql("CALL foretell.drop_model('DROP MODEL IF EXISTS nowhere.m')", database=db).stderr
    same(told, "")
    same(server.value(MODELS, database=db), "")


def case_drops_work_without_the_library_and_the_catalogue(server):
    db = fresh(server, "others")
    loaded = server.value("CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'; DROP FUNCTION mine(); "
                          "SELECT count(*) FROM pg_settings WHERE name = 'foretell.trainer_memory'", database=db)
    same(loaded, "0", "the library is loaded")
    says(server.error("SELECT foretell.forget_dropped()", database=db), "trigger functions can only be called")
    server.psql("ALTER TABLE foretell.stored_model RENAME artifact_sha256 TO other", database=db)
    told = server.psql("CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'; DROP FUNCTION mine()",
                       database=db).stderr
    says(told, "WARNING", "are still listed", "DROP MODEL")
    server.psql("ALTER TABLE foretell.stored_model RENAME other TO artifact_sha256; DROP EXTENSION foretell CASCADE; "
                "CREATE EXTENSION foretell", database=db)
    same(server.value(FUNCTIONS, database=db), "0")


CASES = {name[5:].replace("_", " "): value for name, value in list(globals().items())
         if name.startswith("case_")}
