-- {{title}}
-- Foreign tables. The mapping's password comes from the environment; it is the remote role's.
SET log_statement = 'none';
SET log_min_duration_statement = -1;
SET log_min_error_statement = 'panic';
{{#servers}}

CREATE SERVER IF NOT EXISTS {{server}} FOREIGN DATA WRAPPER postgres_fdw OPTIONS (
{{options}}
);
ALTER SERVER {{server}} OPTIONS (
{{set_options}}
);
GRANT USAGE ON FOREIGN SERVER {{server}} TO {{federation}};

\unset password
\getenv password {{variable}}
\if :{?password}
{{#users}}
SELECT format('CREATE USER MAPPING FOR %I SERVER %I OPTIONS (user %L, password %L)', {{name}}, {{server_name}}, {{remote}}, :'password')
WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_user_mappings WHERE srvname = {{server_name}} AND usename = {{name}}) \gexec
SELECT format('ALTER USER MAPPING FOR %I SERVER %I OPTIONS (SET user %L, SET password %L)', {{name}}, {{server_name}}, {{remote}}, :'password')
WHERE EXISTS (SELECT FROM pg_catalog.pg_user_mappings
              WHERE srvname = {{server_name}} AND usename = {{name}}
                AND NOT (umoptions @> ARRAY['user=' || {{remote}}, 'password=' || :'password'])) \gexec
{{/users}}
\endif
\unset password

-- Imported as the role the mapping is for, beside the tables that are in use, and only put in
-- their place where something differs.
CREATE SCHEMA IF NOT EXISTS {{foreign_schema}} AUTHORIZATION {{federation}};
{{#tables}}
BEGIN;
CREATE SCHEMA {{scratch_schema}} AUTHORIZATION {{federation}};
SET LOCAL ROLE {{federation}};
IMPORT FOREIGN SCHEMA {{remote_schema}} LIMIT TO ({{remote_table}})
    FROM SERVER {{server}} INTO {{scratch_schema}}{{import_options}};
SELECT coalesce((SELECT array_agg((attname, attnum, atttypid, atttypmod, attcollation, attnotnull, attfdwoptions)::text ORDER BY attnum)
                 FROM pg_catalog.pg_attribute
                 WHERE attrelid = to_regclass({{scratch_text}}) AND attnum > 0 AND NOT attisdropped)
                IS DISTINCT FROM
                (SELECT array_agg((attname, attnum, atttypid, atttypmod, attcollation, attnotnull, attfdwoptions)::text ORDER BY attnum)
                 FROM pg_catalog.pg_attribute
                 WHERE attrelid = to_regclass({{table_text}}) AND attnum > 0 AND NOT attisdropped), true) AS differs \gset
\if :differs
RESET ROLE;
DROP VIEW IF EXISTS {{view}};
SET LOCAL ROLE {{federation}};
DROP FOREIGN TABLE IF EXISTS {{foreign_table}};
ALTER FOREIGN TABLE {{scratch_table}} SET SCHEMA {{foreign_schema}};
{{#analyze}}
ANALYZE {{foreign_table}};
{{/analyze}}
\else
DROP FOREIGN TABLE {{scratch_table}};
\endif
RESET ROLE;
DROP SCHEMA {{scratch_schema}};
COMMIT;
{{/tables}}
{{/servers}}
