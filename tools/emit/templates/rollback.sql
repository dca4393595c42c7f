-- {{title}}
-- Takes back what apply.sh made in this database.
SET statement_timeout = '120s';
{{#subscriptions}}
SELECT format('ALTER SUBSCRIPTION %I DISABLE', {{name}}), format('DROP SUBSCRIPTION %I', {{name}})
WHERE EXISTS (SELECT FROM pg_catalog.pg_subscription s
              JOIN pg_catalog.pg_database d ON d.oid = s.subdbid
              WHERE d.datname = current_database() AND s.subname = {{name}}) \gexec
{{/subscriptions}}
{{#slots}}
SELECT pg_catalog.pg_drop_replication_slot(slot_name)
FROM pg_catalog.pg_replication_slots WHERE slot_name = {{slot}} AND NOT active;
{{/slots}}
{{#publications}}
DROP PUBLICATION IF EXISTS {{publication}};
{{/publications}}
{{#views}}
DROP VIEW IF EXISTS {{view}};
{{/views}}
{{#servers}}
DROP SERVER IF EXISTS {{server}} CASCADE;
{{/servers}}
{{#schemas}}
DROP SCHEMA IF EXISTS {{schema}} CASCADE;
{{/schemas}}
DROP SCHEMA IF EXISTS governance CASCADE;
{{#shared_schemas}}
-- Others may have put something here.
SELECT format('DROP SCHEMA %I', nspname) FROM pg_catalog.pg_namespace n
WHERE nspname = {{schema}} AND obj_description(n.oid, 'pg_namespace') = {{mark}}
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.relnamespace = n.oid) \gexec
{{/shared_schemas}}
{{#extensions}}
SELECT format('DROP EXTENSION %I', extname) FROM pg_catalog.pg_extension e
WHERE extname = {{name}} AND obj_description(e.oid, 'pg_extension') = {{mark}} \gexec
{{/extensions}}
{{#roles}}
SELECT format('DROP OWNED BY %I', rolname) FROM pg_catalog.pg_roles r
WHERE rolname = {{role}} AND shobj_description(r.oid, 'pg_authid') = {{mark}} \gexec
{{/roles}}
