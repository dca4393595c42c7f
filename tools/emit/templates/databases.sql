-- {{title}}
-- CREATE DATABASE runs in no transaction and knows no IF NOT EXISTS.
{{#databases}}

SELECT format('CREATE DATABASE %I TEMPLATE template0 ENCODING %L LOCALE %L', {{name}}, 'UTF8', {{locale}}),
       format('COMMENT ON DATABASE %I IS %L', {{name}}, {{mark}})
WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_database WHERE datname = {{name}}) \gexec
REVOKE CONNECT, TEMPORARY ON DATABASE {{database}} FROM PUBLIC;
{{#connect}}
GRANT CONNECT ON DATABASE {{database}} TO {{role}};
{{/connect}}
{{#owners}}
-- REFRESH MATERIALIZED VIEW CONCURRENTLY works in a temporary table.
GRANT TEMPORARY ON DATABASE {{database}} TO {{role}};
{{/owners}}
{{/databases}}
