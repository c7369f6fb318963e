"""Remote models on the PostgreSQL host, against test/remote/model_server.py on the loopback."""
import contextlib
import subprocess
import sys
import threading
import time

import server as pg
from cases import fresh, same, says


@contextlib.contextmanager
def model_server():
    script = pg.ROOT / "test/remote/model_server.py"
    with subprocess.Popen([sys.executable, script], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          text=True) as process:
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        process.stdin.close()


def create(endpoint, types="integer", returns="double precision", settings="", name="r", replace=""):
    settings = f" SETTINGS ({settings})" if settings else ""
    return (f"CALL foretell.create_model($model$CREATE {replace} MODEL {name} FUNCTION f_{name} ({types}) RETURNS "
            f"{returns} SAGEMAKER '{endpoint}'{settings}$model$);")


def case_remote_models_are_called(server):
    db = fresh(server, "remote", model=False)
    allow = f"ALTER DATABASE {db} SET foretell.allowed_endpoints = '127.0.0.1'"
    with model_server() as url:
        says(server.error(create(url), database=db), "42501", "may not be called")
        server.psql(allow)
        server.psql(create(url, "integer, numeric", settings="MAX_BATCH_ROWS 500"), database=db)
        same(server.value("SELECT f_r(2, 0.5), f_r(NULL, 1)", database=db), "2.5\t1")
        same(server.value("SELECT provolatile FROM pg_proc WHERE proname = 'f_r' LIMIT 1", database=db), "v")
        same(server.value("SELECT count(*), bool_and(p = id + 0.25) FROM (SELECT unnest(array_agg(id)) AS id, "
                          "unnest(f_r_batch(array_agg(ROW(id, 0.25)))) AS p FROM t) x", database=db), "1500\tt")
        same(server.value("SELECT f_r_batch(ARRAY[]::record[]), f_r_batch(NULL::record[]) IS NULL, "
                          "f_r_batch(ARRAY[ROW(NULL::int, NULL::numeric), ROW(1, 2)])", database=db), "{}\tt\t{NULL,3}")
        says(server.error("SELECT f_r_batch(array_agg(t)) FROM t", database=db), "42804", "columns")
        shown = server.value("SELECT \"Value\" FROM foretell.show_model('r') WHERE \"Key\" IN "
                             "('Endpoint', 'Inference Type', 'Function Parameter Types')", database=db)
        same(shown, f"{url}\nRemote\nint4 numeric")
        server.psql("CREATE VIEW v AS SELECT id, f_r(id, 1) AS p FROM t", database=db)
        server.psql(create(url + "/echo", "integer, numeric", "double precision", replace="OR REPLACE"),
                    database=db, check=False)
        says(server.error("SELECT * FROM v", database=db), '"1,1" for row 1', "DOUBLE PRECISION")
        server.psql("CREATE ROLE remote_user LOGIN; GRANT SELECT ON t TO remote_user", database=db)
        says(server.error("SELECT f_r(1, 1)", database=db, user="remote_user"), "42501")
        server.psql("CALL foretell.execute('GRANT EXECUTE ON MODEL r TO remote_user')", database=db)
        says(server.error("SELECT f_r(1, 1)", database=db, user="remote_user"), "22000")
        elsewhere = url.replace("127.0.0.1", "localhost")
        server.psql("LOAD 'foretell'; SET foretell.allowed_endpoints = '*'; " + create(elsewhere, name="e") +
                    "CALL foretell.execute('GRANT EXECUTE ON MODEL e TO remote_user')", database=db)
        # Said before the library is there, it is thrown away when that comes.
        says(server.error("SET foretell.allowed_endpoints = '*'; SELECT f_e(1)", database=db,
                          user="remote_user"), "42501", "may not be called")
        server.psql("DROP VIEW v; CALL foretell.drop_model('r'); CALL foretell.drop_model('e'); DROP OWNED BY remote_user; "
                    "DROP ROLE remote_user", database=db)
        same(server.value("SELECT count(*) FROM pg_proc WHERE proname IN ('f_r', 'f_r_batch')", database=db), "0")


def case_remote_models_speak_json_and_types(server):
    db = fresh(server, "remote", model=False)
    server.psql(f"ALTER DATABASE {db} SET foretell.allowed_endpoints = '*'")
    with model_server() as url:
        server.psql(create(url + "/json", "SUPER", "SUPER", "MAX_BATCH_ROWS 1", "j"), database=db)
        same(server.value("SELECT f_j('{\"a\": [1, 2]}') -> 'got' -> 'a' -> 1", database=db), "2")
        server.psql(create(url + "/jsonlines", "SUPER", "SUPER", "MAX_BATCH_ROWS 100", "l"), database=db)
        same(server.value("SELECT f_l_batch(array_agg(ROW(to_jsonb(id)))) FROM generate_series(1, 2) id", database=db),
             '{"{\\"got\\": 1}","{\\"got\\": 2}"}')
        for returns, given, want in (("numeric(8,2)", "1.50", "1.50"), ("date", "2024-02-29", "2024-02-29"),
                                     ("boolean", "t", "t"), ("smallint", "7", "7"), ("text", "ä b", "ä b")):
            server.psql(create(url + "/echo", "text", returns, replace="OR REPLACE"), database=db)
            same(server.value(f"SELECT f_r('{given}')", database=db), want)
        server.psql(create(url + "/echo", "text", "date", replace="OR REPLACE"), database=db)
        says(server.error("SELECT f_r('no day')", database=db), "22007")
        same(server.value("SELECT count(*) FROM pg_proc WHERE proname IN ('f_r', 'f_r_batch')", database=db), "2")


def case_remote_models_end_when_they_are_told_to(server):
    db = fresh(server, "remote", model=False)
    server.psql(f"ALTER DATABASE {db} SET foretell.allowed_endpoints = '*'")
    with model_server() as url:
        server.psql(create(url + "/never"), database=db)
        start = time.monotonic()
        says(server.error("SET statement_timeout = '300ms'; SELECT f_r(1)", database=db), "57014",
             "statement timeout")
        says(server.error("SET foretell.remote_timeout = 1; SELECT f_r(1)", database=db), "58030",
             "no answer in time")
        assert time.monotonic() - start < 5
        said = []
        thread = threading.Thread(target=lambda: said.append(server.error("SELECT f_r(1)", database=db)))
        thread.start()
        time.sleep(1)
        start = time.monotonic()
        server.psql("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query = 'SELECT f_r(1)'")
        thread.join(20)
        assert time.monotonic() - start < 1.5
        says(said[0], "57014")


def case_remote_models_are_dumped_and_restored(server):
    db = fresh(server, "remote", model=False)
    server.psql(f"ALTER DATABASE {db} SET foretell.allowed_endpoints = '*'")
    server.psql("DROP DATABASE IF EXISTS remote_copy")
    with model_server() as url:
        server.psql(create(url), database=db)
        dump = server.installation.run("pg_dump", server.url(db)).stdout
        server.psql("CREATE DATABASE remote_copy TEMPLATE template0; "
                    "ALTER DATABASE remote_copy SET foretell.allowed_endpoints = '*'")
        server.psql(dump, database="remote_copy")
        same(server.value("SELECT f_r(3)", database="remote_copy"), "3")
        shown = server.value("SELECT \"Value\" FROM foretell.show_model('r') WHERE \"Key\" = 'Endpoint'",
                             database="remote_copy")
        same(shown, url)


CASES = {name[5:].replace("_", " "): value for name, value in list(globals().items())
         if name.startswith("case_")}
