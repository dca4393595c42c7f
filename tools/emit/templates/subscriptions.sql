-- {{title}}
-- Apply finds its tables by the names they have on the producer; consumers read by a view. Nobody
-- but the apply worker writes here: a local row would stop the stream at the next key.
{{#subscriptions}}
{{#tables}}

CREATE SCHEMA IF NOT EXISTS {{schema}} AUTHORIZATION {{owner}};
CREATE TABLE IF NOT EXISTS {{table}} (
{{columns}}
);
ALTER TABLE {{table}} OWNER TO {{owner}};
{{/tables}}

SET statement_timeout = '60s';
SELECT format('CREATE SUBSCRIPTION %I CONNECTION %L PUBLICATION %I WITH (create_slot = false, slot_name = %L, {{options}})',
              {{name}}, {{connection}}, {{publication}}, {{slot}})
WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_subscription s
                  JOIN pg_catalog.pg_database d ON d.oid = s.subdbid
                  WHERE d.datname = current_database() AND s.subname = {{name}}) \gexec
-- The second time: where the connection has changed, and tables that joined the publication.
SELECT format('ALTER SUBSCRIPTION %I CONNECTION %L', s.subname, {{connection}})
FROM pg_catalog.pg_subscription s
JOIN pg_catalog.pg_database d ON d.oid = s.subdbid
WHERE d.datname = current_database() AND s.subname = {{name}} AND s.subconninfo <> {{connection}} \gexec
SELECT format('ALTER SUBSCRIPTION %I REFRESH PUBLICATION', s.subname)
FROM pg_catalog.pg_subscription s
JOIN pg_catalog.pg_database d ON d.oid = s.subdbid
WHERE d.datname = current_database() AND s.subname = {{name}} AND s.subenabled \gexec
RESET statement_timeout;
{{/subscriptions}}
