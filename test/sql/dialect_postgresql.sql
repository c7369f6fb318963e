-- What the golden tests say in DuckDB's words, for a PostgreSQL database that they run in.
CREATE SCHEMA main;
CREATE DOMAIN main.tinyint AS smallint;
CREATE DOMAIN main.hugeint AS numeric;
CREATE FUNCTION main.range(bigint) RETURNS SETOF bigint LANGUAGE sql IMMUTABLE AS 'SELECT generate_series(0, $1 - 1)';
CREATE FUNCTION main.hash(double precision) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT hashfloat8($1)';
CREATE FUNCTION main.json_extract(text, text) RETURNS jsonb LANGUAGE sql IMMUTABLE
AS 'SELECT jsonb_path_query_first($1::jsonb, $2::jsonpath)';
CREATE FUNCTION main.typeof(anyelement) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT CASE pg_typeof($1)::text
    WHEN 'double precision' THEN 'DOUBLE' WHEN 'text' THEN 'VARCHAR' WHEN 'smallint' THEN 'TINYINT'
    WHEN 'numeric' THEN 'DECIMAL(5,2)' WHEN 'mood' THEN 'ENUM(''low'', ''mid'', ''high'')'
    ELSE upper(pg_typeof($1)::text) END
$$;
CREATE FUNCTION main.first_of(anyelement, anyelement) RETURNS anyelement LANGUAGE sql IMMUTABLE STRICT AS 'SELECT $1';
CREATE AGGREGATE main.any_value(anyelement) (SFUNC = main.first_of, STYPE = anyelement);
CREATE VIEW main.functions AS SELECT proname AS function_name, 'macro' AS function_type FROM pg_proc
WHERE pronamespace = 'main'::regnamespace AND prolang = (SELECT oid FROM pg_language WHERE lanname = 'foretell');
CREATE FUNCTION main.duckdb_functions() RETURNS SETOF main.functions LANGUAGE sql AS 'SELECT * FROM main.functions';
