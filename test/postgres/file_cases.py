"""Model files on the PostgreSQL host: who may read them, and what is left behind."""
from cases import fresh, same, says


def create(path, name="imported"):
    return (f"CALL foretell.create_model($model$CREATE MODEL {name} FROM '{path}' "
            f"FUNCTION f_{name} (float8, float4, float8, float4) RETURNS float8$model$);")


def case_model_files_are_read_with_rights(server):
    db = fresh(server, "files", model=False)
    model = server.installation.fixtures / "import/xgb_binary.json"
    server.psql("DROP ROLE IF EXISTS no_reader; CREATE ROLE no_reader LOGIN; "
                "GRANT CREATE ON SCHEMA public TO no_reader", database=db)
    server.psql("CALL foretell.execute('GRANT CREATE MODEL TO no_reader')", database=db)
    refused = server.error(f"SET SESSION AUTHORIZATION no_reader;\n{create(model)}", database=db)
    says(refused, "42501", "read files of the server")
    says(server.error(create("test/fixtures/import/xgb_binary.json"), database=db), "22023", "full path")
    says(server.error(create("/etc/shadow-of-nothing"), database=db), "58030", "No such file")
    says(server.error(create("/etc/passwd"), database=db), "0A000", "no format that is known")
    same(server.value("SELECT count(*) FROM foretell.model", database=db), "0")
    server.psql(create(model), database=db)
    same(server.value("SELECT f_imported(NULL, NULL, NULL, NULL) BETWEEN 0 AND 1", database=db), "t")
    same(server.value("SELECT provolatile FROM pg_proc WHERE proname = 'f_imported' LIMIT 1", database=db), "i")


def case_a_model_of_several_learners_answers_as_where_it_was_made(server):
    db = fresh(server, "files", model=False)
    folder = server.installation.fixtures / "onnx"
    for name in ("calibrated_three", "isolation", "vote_hard_three"):
        server.psql(f"CALL foretell.create_model($model$CREATE MODEL {name} FROM '{folder}/{name}.onnx' FUNCTION {name} "
                    "(real, real, real) RETURNS integer$model$);", database=db)
        rows = [line.split(",") for line in (folder / f"{name}.csv").read_text().splitlines()[1:]]
        values = ", ".join(f"({', '.join(row[:5])})" for row in rows)
        wrong = server.value(f"SELECT count(*) FROM (VALUES {values}) AS t (a, b, c, label, share) "
                             f"WHERE {name}(a::real, b::real, c::real) <> label", database=db)
        same(wrong, "0")
        lowest = min(row[3] for row in rows)
        off = server.value(f"SELECT max(abs({name}_probability(a::real, b::real, c::real, {lowest}) - share)) < 1e-5 "
                           f"FROM (VALUES {values}) AS t (a, b, c, label, share)", database=db)
        same(off, "t")


CASES = {name[5:].replace("_", " "): value for name, value in list(globals().items())
         if name.startswith("case_")}
