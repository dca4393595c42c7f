-- {{title}}
-- Refuses while there is something to lose, unless rollback.sh runs with --drop-data.
\if :drop_data
\else
DO $check$
DECLARE
    relation text;
    filled boolean;
BEGIN
    IF EXISTS (SELECT FROM pg_catalog.pg_subscription s
               JOIN pg_catalog.pg_database d ON d.oid = s.subdbid
               WHERE d.datname = current_database() AND s.subenabled AND s.subname IN ({{subscriptions}})) THEN
        RAISE EXCEPTION 'a subscription of database % is enabled', current_database()
            USING HINT = 'Disable it, or run rollback.sh --drop-data.';
    END IF;
    FOR relation IN
        SELECT format('%I.%I', n.nspname, c.relname)
        FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'm') AND n.nspname IN ({{schemas}})
    LOOP
        EXECUTE 'SELECT EXISTS (SELECT FROM ' || relation || ')' INTO filled;
        IF filled THEN
            RAISE EXCEPTION 'table % of database % holds rows', relation, current_database()
                USING HINT = 'Save them, or run rollback.sh --drop-data.';
        END IF;
    END LOOP;
END
$check$;
\endif
