-- {{title}}
-- The column list is the contract: a new column does not break the stream, a published one cannot
-- be dropped. It contains the primary key. A replication role can read every change of the
-- database through its slot; data it must not see belongs in another database.
{{#publications}}

SELECT format('CREATE PUBLICATION %I', {{name}})
WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_publication WHERE pubname = {{name}}) \gexec
ALTER PUBLICATION {{publication}} SET TABLE
{{tables}};
{{/publications}}
{{#heartbeat}}

GRANT USAGE ON SCHEMA governance TO {{readers}};
GRANT SELECT ON governance.heartbeat TO {{readers}};
{{/heartbeat}}
