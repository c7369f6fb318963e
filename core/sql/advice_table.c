#include "core/sql/advice.h"

#define WRITE(text) "Write " text " instead."
#define BOTH(text) \
  { text, text }
#define DUCK(text) \
  { text, NULL }
#define PG(text) \
  { NULL, text }
#define LEAVE(word) BOTH("Leave " word " out: it has no effect here.")

#define ONE_USER "A DuckDB file has one user, who may do all: leave the statement out."
#define NO_CATALOGUE \
  "information_schema.tables and information_schema.columns describe the tables of the database."
#define LOAD_DUCKDB                                                                             \
  "COPY reads files of this machine: COPY t FROM 'file.csv' (HEADER). Copy them from S3 first " \
  "(aws s3 cp), or INSTALL httpfs and LOAD httpfs, and leave IAM_ROLE and its like out."
#define LOAD_PG                                                                                 \
  "COPY reads files of the server, psql's \\copy those of the client: copy them from S3 first " \
  "(aws s3 cp), and leave IAM_ROLE and its like out."
#define LOAD \
  { LOAD_DUCKDB, LOAD_PG }
#define LIST_ALL BOTH("SHOW MODEL ALL lists the models; SHOW MODEL name describes one.")
#define DESCRIBE BOTH("SHOW MODEL name describes a model; SHOW MODEL ALL lists them.")
#define PROCEDURE \
  DUCK("DuckDB has no stored procedures: put the statements into a script and run foretell -f.")

const struct ft_advice ft_advice_table[] = {
  /* What later versions bring. */
  { "EXPLAIN_MODEL", FT_ADVICE_LATER,
    BOTH("Meanwhile change one column of a row and compare what the model's function says; "
         "foretell.leaderboard tells what was tried."),
    "EXPLAIN_MODEL is not there yet" },
  { "FORECAST", FT_ADVICE_LATER,
    BOTH("Meanwhile train a regression on lagged columns: lag(y) OVER (ORDER BY day) in the query "
         "of CREATE MODEL."),
    "FORECAST is not there yet" },
  { "ALTER MODEL", FT_ADVICE_NO_SUCH,
    BOTH("To rename a model, create it under the new name and DROP MODEL the old one."), NULL },

  /* Statements about models in other words. */
  { "SHOW MODELS", FT_ADVICE_NO_SUCH, LIST_ALL, NULL },
  { "SHOW ALL MODELS", FT_ADVICE_NO_SUCH, LIST_ALL, NULL },
  { "LIST MODELS", FT_ADVICE_NO_SUCH, LIST_ALL, NULL },
  { "LIST MODEL", FT_ADVICE_NO_SUCH, LIST_ALL, NULL },
  { "DESCRIBE MODELS", FT_ADVICE_NO_SUCH, LIST_ALL, NULL },
  { "DESCRIBE MODEL", FT_ADVICE_NO_SUCH, DESCRIBE, NULL },
  { "DESC MODEL", FT_ADVICE_NO_SUCH, DESCRIBE, NULL },
  { "EXPLAIN MODEL", FT_ADVICE_NO_SUCH, DESCRIBE, NULL },
  { "DROP MODELS", FT_ADVICE_NO_SUCH, BOTH("Write DROP MODEL name, one statement a model."), NULL },
  { "CREATE MODELS", FT_ADVICE_NO_SUCH, BOTH("Did you mean CREATE MODEL?"), NULL },
  { "TRAIN MODEL", FT_ADVICE_NO_SUCH,
    BOTH("CREATE MODEL trains a model; CREATE OR REPLACE MODEL trains it again."), NULL },

  /* Redshift's functions. */
  { "NVL", FT_ADVICE_CALL, BOTH(WRITE("coalesce(a, b)")), NULL },
  { "NVL2", FT_ADVICE_CALL, BOTH(WRITE("CASE WHEN a IS NOT NULL THEN b ELSE c END")), NULL },
  { "ISNULL", FT_ADVICE_CALL, BOTH(WRITE("coalesce(a, b)")), NULL },
  { "DECODE", FT_ADVICE_CALL, BOTH(WRITE("CASE a WHEN 1 THEN 'x' ELSE 'y' END")), NULL },
  { "GETDATE", FT_ADVICE_CALL, BOTH(WRITE("now()")), NULL },
  { "SYSDATE", FT_ADVICE_VALUE, BOTH(WRITE("now()")), NULL },
  { "DATEADD", FT_ADVICE_UNIT, BOTH(WRITE("d + interval '1 day'")), NULL },
  { "DATEDIFF",
    FT_ADVICE_UNIT,
    { WRITE("date_diff('day', a, b)"),
      WRITE("b::date - a::date for days, or extract(year FROM age(b, a)) for years,") },
    NULL },
  { "DATE_PART", FT_ADVICE_UNIT, BOTH(WRITE("date_part('year', d), with the unit in quotes,")),
    NULL },
  { "DATE_PART_YEAR", FT_ADVICE_CALL, BOTH(WRITE("extract(year FROM d)")), NULL },
  { "ADD_MONTHS", FT_ADVICE_CALL, BOTH(WRITE("d + n * interval '1 month'")), NULL },
  { "MONTHS_BETWEEN",
    FT_ADVICE_CALL,
    { WRITE("date_diff('month', b, a)"),
      WRITE("extract(year FROM age(a, b)) * 12 + extract(month FROM age(a, b))") },
    NULL },
  { "LAST_DAY", FT_ADVICE_CALL,
    PG(WRITE("(date_trunc('month', d) + interval '1 month - 1 day')::date")), NULL },
  { "TRUNC", FT_ADVICE_CALL,
    BOTH("Of a time write ts::date instead, or date_trunc('hour', ts) and the like."), NULL },
  { "CONVERT_TIMEZONE", FT_ADVICE_CALL,
    BOTH(WRITE("ts AT TIME ZONE 'UTC' AT TIME ZONE 'America/New_York'")), NULL },
  { "TO_CHAR", FT_ADVICE_CALL, DUCK(WRITE("strftime(d, '%Y-%m-%d')")), NULL },
  { "TO_DATE", FT_ADVICE_CALL, DUCK(WRITE("strptime(s, '%Y-%m-%d')::date")), NULL },
  { "TO_TIMESTAMP", FT_ADVICE_CALL, DUCK(WRITE("strptime(s, '%Y-%m-%d %H:%M:%S')")), NULL },
  { "TO_NUMBER", FT_ADVICE_CALL, DUCK(WRITE("s::decimal(18, 2)")), NULL },
  { "TIMEOFDAY", FT_ADVICE_CALL, DUCK(WRITE("now()")), NULL },
  { "CONVERT", FT_ADVICE_UNIT, BOTH(WRITE("cast(a AS integer)")), NULL },
  { "LISTAGG", FT_ADVICE_CALL, BOTH(WRITE("string_agg(s, ',' ORDER BY s)")), NULL },
  { "JSON_PARSE", FT_ADVICE_CALL, BOTH(WRITE("s::json")), NULL },
  { "JSON_SERIALIZE", FT_ADVICE_CALL, BOTH(WRITE("j::text")), NULL },
  { "JSON_EXTRACT_PATH_TEXT",
    FT_ADVICE_CALL,
    { WRITE("json_extract_string(s, '$.a.b')"), WRITE("s::json #>> '{a,b}'") },
    NULL },
  { "JSON_EXTRACT_ARRAY_ELEMENT_TEXT",
    FT_ADVICE_CALL,
    { WRITE("json_extract_string(s, '$[0]')"), WRITE("s::json ->> 0") },
    NULL },
  { "IS_VALID_JSON", FT_ADVICE_CALL, DUCK(WRITE("json_valid(s)")), NULL },
  { "CHARINDEX", FT_ADVICE_CALL, BOTH(WRITE("strpos(s, 'a')")), NULL },
  { "LEN", FT_ADVICE_CALL, PG(WRITE("length(s)")), NULL },
  { "BTRIM", FT_ADVICE_CALL, DUCK(WRITE("trim(s)")), NULL },
  { "INITCAP", FT_ADVICE_CALL, DUCK("Of one word write upper(s[1]) || lower(s[2:]) instead."),
    NULL },
  { "REPLICATE", FT_ADVICE_CALL, BOTH(WRITE("repeat(s, n)")), NULL },
  { "REGEXP_SUBSTR", FT_ADVICE_CALL, DUCK(WRITE("regexp_extract(s, 'a+')")), NULL },
  { "REGEXP_COUNT", FT_ADVICE_CALL, DUCK(WRITE("len(regexp_extract_all(s, 'a+'))")), NULL },
  { "QUOTE_LITERAL", FT_ADVICE_CALL, DUCK(WRITE("'''' || replace(s, '''', '''''') || ''''")),
    NULL },
  { "QUOTE_IDENT", FT_ADVICE_CALL, DUCK(WRITE("'\"' || replace(s, '\"', '\"\"') || '\"'")), NULL },
  { "RATIO_TO_REPORT", FT_ADVICE_CALL, BOTH(WRITE("a * 1.0 / sum(a) OVER (…)")), NULL },
  { "MEDIAN", FT_ADVICE_CALL, PG(WRITE("percentile_cont(0.5) WITHIN GROUP (ORDER BY a)")), NULL },
  { "FNV_HASH", FT_ADVICE_CALL, { WRITE("hash(s)"), WRITE("hashtext(s)") }, NULL },
  { "SHA2",
    FT_ADVICE_CALL,
    { WRITE("sha256(s)"), WRITE("encode(sha256(s::bytea), 'hex')") },
    NULL },
  { "DLOG10", FT_ADVICE_CALL, DUCK(WRITE("log10(a)")), NULL },
  { "DLOG1", FT_ADVICE_CALL, DUCK(WRITE("ln(a)")), NULL },
  { "DEXP", FT_ADVICE_CALL, DUCK(WRITE("exp(a)")), NULL },

  /* Its queries. */
  { "TOP", FT_ADVICE_SYNTAX, BOTH(WRITE("LIMIT n at the end of the query")), NULL },
  { "APPROXIMATE",
    FT_ADVICE_SYNTAX,
    { "Leave APPROXIMATE out, or write approx_count_distinct(a) instead.",
      "Leave APPROXIMATE out." },
    NULL },
  { "MINUS", FT_ADVICE_SYNTAX, BOTH(WRITE("EXCEPT")), NULL },
  { "SELECT INTO not supported", FT_ADVICE_MESSAGE, DUCK(WRITE("CREATE TABLE name AS SELECT …")),
    NULL },
  { "SET QUERY_GROUP", FT_ADVICE_STATEMENT, LEAVE("the statement"), NULL },
  { "SET ENABLE_RESULT_CACHE_FOR_SESSION", FT_ADVICE_STATEMENT, LEAVE("the statement"), NULL },
  { "SET WLM_QUERY_SLOT_COUNT", FT_ADVICE_STATEMENT, LEAVE("the statement"), NULL },

  /* Its tables. */
  { "DISTSTYLE", FT_ADVICE_SYNTAX, LEAVE("DISTSTYLE"), NULL },
  { "DISTKEY", FT_ADVICE_SYNTAX, LEAVE("DISTKEY"), NULL },
  { "SORTKEY", FT_ADVICE_SYNTAX, LEAVE("SORTKEY"), NULL },
  { "COMPOUND", FT_ADVICE_SYNTAX, LEAVE("COMPOUND SORTKEY"), NULL },
  { "INTERLEAVED", FT_ADVICE_SYNTAX, LEAVE("INTERLEAVED SORTKEY"), NULL },
  { "ENCODE", FT_ADVICE_SYNTAX, LEAVE("ENCODE"), NULL },
  { "BACKUP", FT_ADVICE_SYNTAX, LEAVE("BACKUP"), NULL },
  { "NO SCHEMA BINDING", FT_ADVICE_SYNTAX, LEAVE("WITH NO SCHEMA BINDING"), NULL },
  { "IDENTITY",
    FT_ADVICE_SYNTAX,
    { "Write DEFAULT nextval('s') instead, after CREATE SEQUENCE s.",
      WRITE("GENERATED ALWAYS AS IDENTITY") },
    NULL },
  { "#", FT_ADVICE_SYNTAX, BOTH(WRITE("CREATE TEMP TABLE name, without #,")), NULL },
  { "MAX", FT_ADVICE_SYNTAX, BOTH(WRITE("varchar, which has no longest length,")), NULL },
  { "columnDef type not handled", FT_ADVICE_MESSAGE,
    DUCK(WRITE("CREATE TABLE name AS FROM t LIMIT 0")), "CREATE TABLE (LIKE …) is not supported" },
  { "SUPER", FT_ADVICE_TYPE, { WRITE("JSON"), WRITE("jsonb") }, NULL },
  { "VARBYTE", FT_ADVICE_TYPE, { WRITE("BLOB"), WRITE("bytea") }, NULL },
  { "NVARCHAR", FT_ADVICE_TYPE, PG(WRITE("varchar")), NULL },
  { "CREATE MATERIALIZED VIEW", FT_ADVICE_STATEMENT,
    DUCK("Write CREATE VIEW, or CREATE OR REPLACE TABLE name AS … whenever it is to be fresh."),
    NULL },
  { "CREATE EXTERNAL SCHEMA",
    FT_ADVICE_STATEMENT,
    { "ATTACH 'file.db' AS name reaches another database.",
      "CREATE FOREIGN TABLE reaches other databases." },
    NULL },
  { "CREATE PROCEDURE", FT_ADVICE_STATEMENT, PROCEDURE, NULL },
  { "CREATE OR REPLACE PROCEDURE", FT_ADVICE_STATEMENT, PROCEDURE, NULL },
  { "CALL", FT_ADVICE_STATEMENT, PROCEDURE, NULL },
  { "GRANT", FT_ADVICE_STATEMENT, DUCK(ONE_USER), NULL },
  { "REVOKE", FT_ADVICE_STATEMENT, DUCK(ONE_USER), NULL },
  { "CREATE USER", FT_ADVICE_STATEMENT, DUCK(ONE_USER), NULL },
  { "CREATE GROUP", FT_ADVICE_STATEMENT, DUCK(ONE_USER), NULL },
  { "CREATE ROLE", FT_ADVICE_STATEMENT, DUCK(ONE_USER), NULL },

  /* S3. */
  { "UNLOAD", FT_ADVICE_STATEMENT, BOTH(WRITE("COPY (SELECT …) TO 'file.csv' (HEADER)")), NULL },
  { "IAM_ROLE", FT_ADVICE_SYNTAX, LOAD, NULL },
  { "CREDENTIALS", FT_ADVICE_SYNTAX, LOAD, NULL },
  { "ACCESS_KEY_ID", FT_ADVICE_SYNTAX, LOAD, NULL },
  { "REGION", FT_ADVICE_SYNTAX, LOAD, NULL },
  { "IGNOREHEADER", FT_ADVICE_SYNTAX, LOAD, NULL },
  { "could not open file \"s3://", FT_ADVICE_MESSAGE, PG(LOAD_PG), NULL },
  { "the required extension 'httpfs'", FT_ADVICE_MESSAGE,
    DUCK("INSTALL httpfs and LOAD httpfs fetch it from the internet. Or copy the file to this "
         "machine first (aws s3 cp, curl) and name that."),
    "files of S3 and of the web need DuckDB's extension httpfs, which is not installed" },
  { "but it exists in the ", FT_ADVICE_MESSAGE,
    DUCK("INSTALL name and LOAD name fetch an extension from the internet."), NULL },
  { "the required extension '", FT_ADVICE_MESSAGE,
    DUCK("INSTALL name and LOAD name fetch an extension from the internet."), NULL },

  /* Its catalogue. */
  { "PG_TABLE_DEF", FT_ADVICE_RELATION, BOTH(NO_CATALOGUE), NULL },
  { "SVV_*", FT_ADVICE_RELATION, BOTH(NO_CATALOGUE), NULL },
  { "SVL_*", FT_ADVICE_RELATION, BOTH("Redshift's logs are not here. " NO_CATALOGUE), NULL },
  { "STL_*", FT_ADVICE_RELATION, BOTH("Redshift's logs are not here. " NO_CATALOGUE), NULL },
  { "STV_*", FT_ADVICE_RELATION, BOTH("Redshift's logs are not here. " NO_CATALOGUE), NULL },
  { NULL, FT_ADVICE_CALL, { NULL, NULL }, NULL },
};
