-- {{title}}
-- What must hold before anything is changed; reads only.
SELECT current_setting('server_version_num')::integer / 10000 <> {{major}} AS wrong_version \gset
\if :wrong_version
DO $fail$ BEGIN RAISE EXCEPTION 'node % is not PostgreSQL %', {{node}}, {{major}}
    USING HINT = 'The files follow the version in the scenario: change postgres: and emit again.'; END $fail$;
\endif
DO $check$
DECLARE
    wrong text;
BEGIN
    SELECT string_agg(format('%s is %s', w.name, coalesce(current_setting(w.name, true), 'unknown')), ', ')
    INTO wrong
    FROM (VALUES {{settings}}) AS w (name, least, text)
    WHERE CASE WHEN w.text IS NULL THEN current_setting(w.name)::bigint < w.least
               ELSE position(w.text in coalesce(current_setting(w.name, true), '')) = 0 END;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION 'node %: %', {{node}}, wrong
            USING HINT = 'Include postgresql.conf of this node and restart the server.';
    END IF;
    IF NOT (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user) THEN
        RAISE EXCEPTION 'node %: % is not a superuser', {{node}}, current_user
            USING HINT = 'Replication roles, subscriptions and extensions need one.';
    END IF;
END
$check$;
