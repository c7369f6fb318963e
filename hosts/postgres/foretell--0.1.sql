-- foretell 0.1: the language, the statements as procedures, the catalogue.
\echo Use "CREATE EXTENSION foretell" to load this file. \quit

CREATE FUNCTION foretell.call_handler() RETURNS language_handler
LANGUAGE c AS 'MODULE_PATHNAME', 'foretell_call_handler';
CREATE FUNCTION foretell.inline_handler(internal) RETURNS void
LANGUAGE c STRICT AS 'MODULE_PATHNAME', 'foretell_inline_handler';
CREATE FUNCTION foretell.validator(oid) RETURNS void
LANGUAGE c STRICT AS 'MODULE_PATHNAME', 'foretell_validator';

CREATE TRUSTED LANGUAGE foretell
HANDLER foretell.call_handler INLINE foretell.inline_handler VALIDATOR foretell.validator;
COMMENT ON LANGUAGE foretell IS 'models as functions; made by CREATE MODEL';

-- What <function>_prob and <function>_probabilities return: highest first.
CREATE TYPE foretell.probabilities AS (probabilities double precision[], labels text[]);
-- The same of a boolean target: its labels compare with true, 't', 'yes' and the target itself.
CREATE TYPE foretell.boolean_probabilities AS (probabilities double precision[], labels boolean[]);

CREATE PROCEDURE foretell.create_model(statement text)
LANGUAGE c AS 'MODULE_PATHNAME', 'foretell_create_model';
CREATE PROCEDURE foretell.drop_model(statement text)
LANGUAGE c AS 'MODULE_PATHNAME', 'foretell_drop_model';
CREATE PROCEDURE foretell.execute(statement text)
LANGUAGE c AS 'MODULE_PATHNAME', 'foretell_execute';
CREATE FUNCTION foretell.show_model(statement text, OUT "Key" text, OUT "Value" text)
RETURNS SETOF record LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'foretell_show_model';
CREATE FUNCTION foretell.show_models(OUT "Schema Name" text, OUT "Model Name" text)
RETURNS SETOF record LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'foretell_show_models';
COMMENT ON PROCEDURE foretell.create_model(text) IS
'runs a CREATE MODEL statement; EXECUTE on it is the privilege CREATE MODEL';
COMMENT ON PROCEDURE foretell.drop_model(text) IS 'runs a DROP MODEL statement, or drops the model of that name';
COMMENT ON PROCEDURE foretell.execute(text) IS 'runs CREATE MODEL, DROP MODEL, GRANT or REVOKE on models';
COMMENT ON FUNCTION foretell.show_model(text) IS 'runs SHOW MODEL';
COMMENT ON FUNCTION foretell.show_models() IS 'runs SHOW MODEL ALL';

-- One row a version of a model; the artifact is in the bodies of the model's functions. Written by
-- the statements only.
CREATE TABLE foretell.stored_model (
  schema_name text NOT NULL,
  model_name text NOT NULL,
  version bigint NOT NULL,
  is_current boolean NOT NULL,
  state text NOT NULL CHECK (state IN ('READY', 'FAILED')),
  reason text NOT NULL,
  owner text NOT NULL,
  function_name text NOT NULL,
  statement text NOT NULL,
  created_at timestamptz NOT NULL,
  problem text,
  target_type text,
  model_sha256 text,
  artifact_sha256 text,
  manifest text,
  artifact_bytes bigint,
  format integer NOT NULL,
  PRIMARY KEY (schema_name, model_name, version)
);
CREATE UNIQUE INDEX stored_model_current ON foretell.stored_model (schema_name, model_name) WHERE is_current;
SELECT pg_catalog.pg_extension_config_dump('foretell.stored_model', '');

-- Of the owner's role, or allowed to call the model's function.
CREATE FUNCTION foretell.may_see_model(m foretell.stored_model, role oid) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT EXISTS (SELECT FROM pg_roles r WHERE r.rolname = m.owner AND pg_has_role(role, r.oid, 'USAGE'))
      OR EXISTS (SELECT FROM pg_proc p
                 JOIN pg_namespace n ON n.oid = p.pronamespace AND n.nspname = m.schema_name
                 WHERE p.proname = m.function_name
                   AND p.prosrc LIKE 'part=% artifact=' || m.artifact_sha256 || ' %'
                   AND has_function_privilege(role, p.oid, 'EXECUTE'))
$$;

CREATE VIEW foretell.model WITH (security_barrier) AS
SELECT * FROM foretell.stored_model m
WHERE foretell.may_see_model(m, (SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = current_user));

CREATE VIEW foretell.stv_ml_model_info AS
SELECT schema_name, owner AS user_name, model_name,
       CASE state WHEN 'READY' THEN 'Active' ELSE 'Failed' END AS life_cycle,
       1 AS is_refreshable,
       CASE state WHEN 'READY' THEN 'Model is Ready' ELSE 'Model Failed' END AS model_state
FROM foretell.model WHERE is_current ORDER BY schema_name, model_name;

CREATE VIEW foretell.svv_ml_model_info AS
SELECT pg_catalog.current_database()::text AS database_name, i.* FROM foretell.stv_ml_model_info i;

-- Models go with their schema, and with the last of their functions. It is no error of the statement
-- that drops these when a model stays: DROP MODEL takes it later. No library is loaded for it: others
-- drop functions too.
CREATE FUNCTION foretell.forget_dropped() RETURNS event_trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  gone record;
  carriers text;
BEGIN
  -- DROP MODEL and CREATE OR REPLACE MODEL write the catalogue themselves.
  IF current_setting('foretell.dropping', true) = 'on' THEN RETURN; END IF;
  IF to_regclass('foretell.stored_model') IS NULL THEN RETURN; END IF;
  DELETE FROM foretell.stored_model m USING pg_event_trigger_dropped_objects() d
  WHERE d.object_type = 'schema' AND d.object_name = m.schema_name;
  FOR gone IN
    SELECT DISTINCT m.schema_name, m.model_name, m.artifact_sha256, n.oid AS namespace
    FROM (SELECT *, ARRAY[function_name, function_name || '_prob', function_name || '_probabilities',
                          function_name || '_probability', function_name || '_batch']::name[] AS names
          FROM foretell.stored_model WHERE is_current AND state = 'READY') m
    JOIN pg_namespace n ON n.nspname = m.schema_name
    JOIN pg_event_trigger_dropped_objects() d
      ON d.object_type = 'function' AND d.address_names[1] = m.schema_name AND d.address_names[2] = ANY (m.names)
    WHERE NOT EXISTS (SELECT FROM pg_proc p WHERE p.pronamespace = n.oid AND p.proname = ANY (m.names)
                      AND p.prosrc LIKE 'part=% artifact=' || m.artifact_sha256 || ' %')
  LOOP
    DELETE FROM foretell.stored_model m
    WHERE m.schema_name = gone.schema_name AND m.model_name = gone.model_name;
    RAISE NOTICE 'model "%.%" was dropped with its function', gone.schema_name, gone.model_name;
    SELECT string_agg(p.oid::regprocedure::text, ', ') INTO carriers
    FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang AND l.lanname = 'foretell'
    WHERE p.pronamespace = gone.namespace AND p.pronargs = 0
      AND p.proname LIKE 'ft:' || left(gone.artifact_sha256, 48) || ':%'
      AND NOT EXISTS (SELECT FROM pg_proc o WHERE o.pronamespace = p.pronamespace AND o.prolang = p.prolang
                      AND o.pronargs > 0 AND o.prosrc LIKE 'part=% artifact=' || gone.artifact_sha256 || ' %');
    IF carriers IS NOT NULL THEN EXECUTE 'DROP FUNCTION ' || carriers; END IF;
  END LOOP;
EXCEPTION WHEN OTHERS THEN
  RAISE WARNING 'models whose functions were dropped are still listed: %', SQLERRM
    USING HINT = 'Drop them by DROP MODEL.';
END
$$;
CREATE EVENT TRIGGER foretell_forget_dropped ON sql_drop
WHEN TAG IN ('DROP SCHEMA', 'DROP FUNCTION', 'DROP ROUTINE', 'DROP OWNED', 'DROP EXTENSION', 'DROP TYPE', 'DROP DOMAIN')
EXECUTE FUNCTION foretell.forget_dropped();

-- Models are listed under their schema's name. Of a schema that was renamed only the new name is told: the
-- old one is that of a model whose schema is gone, and whose function, its owner's, is in the new one.
CREATE FUNCTION foretell.follow_renamed() RETURNS event_trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF to_regclass('foretell.stored_model') IS NULL THEN RETURN; END IF;
  UPDATE foretell.stored_model s SET schema_name = moved.new_name
  FROM (SELECT m.schema_name AS old_name, n.nspname AS new_name
        FROM pg_event_trigger_ddl_commands() c
        JOIN pg_namespace n ON c.object_type = 'schema' AND n.oid = c.objid
        JOIN foretell.stored_model m ON m.is_current AND m.state = 'READY'
        JOIN pg_proc p ON p.pronamespace = n.oid AND p.proname = m.function_name
         AND p.prosrc LIKE 'part=% artifact=' || m.artifact_sha256 || ' %' AND pg_get_userbyid(p.proowner) = m.owner
        WHERE NOT EXISTS (SELECT FROM pg_namespace o WHERE o.nspname = m.schema_name)) moved
  WHERE s.schema_name = moved.old_name;
EXCEPTION WHEN OTHERS THEN
  RAISE WARNING 'models of the renamed schema are listed under its old name: %', SQLERRM
    USING HINT = 'Drop them by DROP MODEL, and make them again.';
END
$$;
CREATE EVENT TRIGGER foretell_follow_renamed ON ddl_command_end
WHEN TAG IN ('ALTER SCHEMA') EXECUTE FUNCTION foretell.follow_renamed();

-- What the search for each model tried, the best by loss first in rank; number: in the order tried.
CREATE VIEW foretell.leaderboard AS
SELECT m.schema_name, m.model_name,
       CASE WHEN t.loss IS NOT NULL THEN
         row_number() OVER (PARTITION BY m.schema_name, m.model_name ORDER BY t.loss, t.number) END AS rank,
       t.number, t.name, t.learner, t.metric, t.score, t.loss, t.seconds, t.rounds, t.weight, t.state
FROM foretell.model m
CROSS JOIN LATERAL (
  SELECT number, j->>'name' AS name, j->>'learner' AS learner, j->>'metric' AS metric,
         jsonb_path_query_first(j, '$.score ? (@.type() == "number")')::float8 AS score,
         jsonb_path_query_first(j, '$.loss ? (@.type() == "number")')::float8 AS loss,
         jsonb_path_query_first(j, '$.seconds ? (@.type() == "number")')::float8 AS seconds,
         jsonb_path_query_first(j, '$.rounds ? (@.type() == "number")')::bigint AS rounds,
         jsonb_path_query_first(j, '$.weight ? (@.type() == "number")')::float8 AS weight,
         j->>'state' AS state
  FROM jsonb_path_query(nullif(m.manifest, '')::jsonb, '$.trials[*] ? (@.type() == "object")')
       WITH ORDINALITY AS trial(j, number)) t
WHERE m.is_current AND m.state = 'READY'
ORDER BY m.schema_name, m.model_name, t.number;

-- Who may predict with which model, and who may train.
CREATE VIEW foretell.svv_ml_model_privileges AS
SELECT m.schema_name AS namespace_name, m.model_name, m.version::integer AS model_version,
       a.privilege_type::text AS privilege_type,
       a.grantee::bigint AS identity_id,
       CASE WHEN a.grantee = 0 THEN 'public' ELSE pg_catalog.pg_get_userbyid(a.grantee)::text END AS identity_name,
       CASE WHEN a.grantee = 0 THEN 'public' WHEN r.rolcanlogin THEN 'user' ELSE 'role' END AS identity_type,
       a.is_grantable AS admin_option
FROM foretell.model m
JOIN pg_catalog.pg_namespace n ON n.nspname = m.schema_name
JOIN pg_catalog.pg_proc p ON p.pronamespace = n.oid 
 AND p.prosrc LIKE 'part=% artifact=' || m.artifact_sha256 || ' %'
 AND (p.proname = m.function_name AND p.proargtypes = '2249'::pg_catalog.oidvector
      OR p.proname = m.function_name || '_batch' AND p.proargtypes = '2287'::pg_catalog.oidvector)
CROSS JOIN LATERAL pg_catalog.aclexplode(coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))) a
LEFT JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
WHERE m.is_current;

GRANT USAGE ON SCHEMA foretell TO PUBLIC;
GRANT SELECT ON foretell.model, foretell.leaderboard, foretell.stv_ml_model_info,
  foretell.svv_ml_model_info, foretell.svv_ml_model_privileges TO PUBLIC;

-- Training is for whom it is granted to; the extension's owner hands it on, and dumps and restores
-- the catalogue.
REVOKE ALL ON PROCEDURE foretell.create_model(text) FROM PUBLIC;
GRANT EXECUTE ON PROCEDURE foretell.create_model(text) TO @extowner@ WITH GRANT OPTION;
GRANT SELECT, INSERT ON foretell.stored_model TO @extowner@;
