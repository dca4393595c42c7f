-- {{title}}
-- Databases and roles that apply.sh made, recognised by their comment.
{{#databases}}
SELECT format('DROP DATABASE %I WITH (FORCE)', datname) FROM pg_catalog.pg_database d
WHERE datname = {{name}} AND shobj_description(d.oid, 'pg_database') = {{mark}} \gexec
{{/databases}}
{{#roles}}
SELECT format('DROP OWNED BY %I', rolname), format('DROP ROLE %I', rolname) FROM pg_catalog.pg_roles r
WHERE rolname = {{role}} AND shobj_description(r.oid, 'pg_authid') = {{mark}} \gexec
{{/roles}}
