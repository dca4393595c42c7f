-- {{title}}
-- The slot comes first: from here on no change is lost, and a subscription in the same cluster does
-- not wait for itself. It waits for every transaction that has written, so a forgotten one is named.
SET statement_timeout = '60s';
{{#slots}}

SELECT NOT EXISTS (SELECT FROM pg_catalog.pg_replication_slots WHERE slot_name = {{slot}}) AS missing \gset
\if :missing
DO $check$
DECLARE
    writer record;
BEGIN
    SELECT pid, usename, datname, now() - xact_start AS since INTO writer
    FROM pg_catalog.pg_stat_activity
    WHERE backend_xid IS NOT NULL AND pid <> pg_backend_pid() AND xact_start < now() - interval '10 seconds'
    ORDER BY xact_start LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'pid % (role %, database %) has been writing in one transaction for %',
            writer.pid, writer.usename, writer.datname, writer.since
            USING HINT = 'A replication slot waits until it ends. End it, then apply again.';
    END IF;
    IF EXISTS (SELECT FROM pg_catalog.pg_prepared_xacts) THEN
        RAISE EXCEPTION 'there are prepared transactions, for which a replication slot waits'
            USING HINT = 'COMMIT PREPARED or ROLLBACK PREPARED them, then apply again.';
    END IF;
END
$check$;
SELECT pg_catalog.pg_create_logical_replication_slot({{slot}}, 'pgoutput'{{options}});
\endif
{{/slots}}
