-- {{title}}
-- Grants are canonical: what is not listed here is taken back, what is missing is granted.
BEGIN;
CREATE TEMPORARY TABLE wanted_schema (schema_name name, grantee name, privilege text) ON COMMIT DROP;
CREATE TEMPORARY TABLE wanted_table (schema_name name, table_name name, grantee name, privilege text) ON COMMIT DROP;
{{#schema_grants}}
INSERT INTO wanted_schema VALUES ({{schema}}, {{grantee}}, {{privilege}});
{{/schema_grants}}
{{#table_grants}}
INSERT INTO wanted_table VALUES ({{schema}}, {{table}}, {{grantee}}, {{privilege}});
{{/table_grants}}
{{#whole_schemas}}
-- Everything in {{schema}} is contract, what is added later too.
INSERT INTO wanted_table
SELECT n.nspname, c.relname, {{reader_text}}, 'SELECT'
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = {{schema_text}} AND c.relkind IN ('r', 'p', 'v', 'm', 'f');
ALTER DEFAULT PRIVILEGES FOR ROLE {{owner}} IN SCHEMA {{schema}} GRANT SELECT ON TABLES TO {{reader}};
{{/whole_schemas}}

SELECT format('REVOKE %s ON SCHEMA %I FROM %s', x.privilege_type, n.nspname,
              coalesce(quote_ident(r.rolname), 'PUBLIC'))
FROM pg_catalog.pg_namespace n
CROSS JOIN LATERAL pg_catalog.aclexplode(n.nspacl) x
LEFT JOIN pg_catalog.pg_roles r ON r.oid = x.grantee
WHERE n.nspname IN ({{schemas}}) AND x.grantee <> n.nspowner
  AND NOT EXISTS (SELECT FROM wanted_schema w
                  WHERE (w.schema_name, w.grantee, w.privilege) = (n.nspname, r.rolname, x.privilege_type)) \gexec
SELECT format('GRANT %s ON SCHEMA %I TO %I', w.privilege, w.schema_name, w.grantee)
FROM wanted_schema w
WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_namespace n
                  CROSS JOIN LATERAL pg_catalog.aclexplode(n.nspacl) x
                  JOIN pg_catalog.pg_roles r ON r.oid = x.grantee
                  WHERE (w.schema_name, w.grantee, w.privilege) = (n.nspname, r.rolname, x.privilege_type)) \gexec

SELECT format('REVOKE %s ON %I.%I FROM %s', x.privilege_type, n.nspname, c.relname,
              coalesce(quote_ident(r.rolname), 'PUBLIC'))
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL pg_catalog.aclexplode(c.relacl) x
LEFT JOIN pg_catalog.pg_roles r ON r.oid = x.grantee
WHERE n.nspname IN ({{schemas}}) AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND x.grantee <> c.relowner
  AND NOT EXISTS (SELECT FROM wanted_table w
                  WHERE (w.schema_name, w.table_name, w.grantee, w.privilege)
                        = (n.nspname, c.relname, r.rolname, x.privilege_type)) \gexec
SELECT format('GRANT %s ON %I.%I TO %I', w.privilege, w.schema_name, w.table_name, w.grantee)
FROM wanted_table w
WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_class c
                  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                  CROSS JOIN LATERAL pg_catalog.aclexplode(c.relacl) x
                  JOIN pg_catalog.pg_roles r ON r.oid = x.grantee
                  WHERE (w.schema_name, w.table_name, w.grantee, w.privilege)
                        = (n.nspname, c.relname, r.rolname, x.privilege_type)) \gexec
COMMIT;
