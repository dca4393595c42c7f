-- {{title}}
-- What must hold; prints what does not, and fails then. Changes nothing.
CREATE TEMPORARY TABLE problem (what text NOT NULL);
CREATE TEMPORARY TABLE expected_column (relation text, position integer, column_name name, type text, not_null boolean);
{{#columns}}
INSERT INTO expected_column VALUES ({{relation}}, {{position}}, {{column}}, {{type}}, {{not_null}});
{{/columns}}
INSERT INTO problem
SELECT format('%s.%s: expected %s%s, found %s', e.relation, e.column_name, e.type, CASE WHEN e.not_null THEN ' NOT NULL' ELSE '' END,
              coalesce(pg_catalog.format_type(a.atttypid, a.atttypmod) || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END, 'nothing'))
FROM expected_column e
LEFT JOIN pg_catalog.pg_attribute a
       ON a.attrelid = to_regclass(e.relation) AND a.attname = e.column_name AND a.attnum > 0 AND NOT a.attisdropped
WHERE a.attname IS NULL OR pg_catalog.format_type(a.atttypid, a.atttypmod) <> e.type OR (e.not_null AND NOT a.attnotnull);
{{#readers}}
INSERT INTO problem SELECT {{role}} || ' cannot read ' || {{relation}}
WHERE NOT has_table_privilege({{role}}, {{relation}}, 'SELECT');
{{/readers}}
{{#strangers}}
INSERT INTO problem SELECT {{role}} || ' can read ' || {{relation}} || ', which is internal'
WHERE has_table_privilege({{role}}, {{relation}}, 'SELECT')
  AND has_schema_privilege({{role}}, {{schema}}, 'USAGE');
{{/strangers}}
{{#row_security}}
INSERT INTO problem SELECT {{relation}} || ' has no enforced row security'
FROM pg_catalog.pg_class WHERE oid = to_regclass({{relation}}) AND NOT (relrowsecurity AND relforcerowsecurity);
INSERT INTO problem SELECT {{relation}} || ' has no permissive policy for ' || {{reader}}
WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_policy
                  WHERE polrelid = to_regclass({{relation}}) AND polpermissive AND polcmd IN ('r', '*')
                    AND to_regrole({{reader_identifier}}) = ANY (polroles));
{{/row_security}}
{{#publications}}
INSERT INTO problem SELECT 'publication ' || {{name}} || ' lacks ' || {{relation}}
WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_publication_tables
                  WHERE pubname = {{name}} AND schemaname = {{schema}} AND tablename = {{table}});
{{/publications}}
{{#slots}}
INSERT INTO problem SELECT 'slot ' || {{slot}} || coalesce(' is ' || wal_status, ' is missing')
FROM (VALUES (1)) AS one
LEFT JOIN pg_catalog.pg_replication_slots ON slot_name = {{slot}}
WHERE slot_name IS NULL OR wal_status = 'lost';
{{/slots}}
{{#subscriptions}}
DO $wait$
BEGIN
    FOR i IN 1 .. 120 LOOP
        EXIT WHEN NOT EXISTS (SELECT FROM pg_catalog.pg_subscription s
                              JOIN pg_catalog.pg_database d ON d.oid = s.subdbid
                              JOIN pg_catalog.pg_subscription_rel r ON r.srsubid = s.oid
                              WHERE d.datname = current_database() AND s.subname = {{name}} AND r.srsubstate <> 'r');
        PERFORM pg_sleep(0.5);
    END LOOP;
END
$wait$;
INSERT INTO problem SELECT format('subscription %s: table %s is in state %s', s.subname, r.srrelid::regclass, r.srsubstate)
FROM pg_catalog.pg_subscription s
JOIN pg_catalog.pg_database d ON d.oid = s.subdbid
JOIN pg_catalog.pg_subscription_rel r ON r.srsubid = s.oid
WHERE d.datname = current_database() AND s.subname = {{name}} AND r.srsubstate <> 'r';
INSERT INTO problem SELECT 'subscription ' || {{name}} || ' is missing or disabled'
WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_subscription s
                  JOIN pg_catalog.pg_database d ON d.oid = s.subdbid
                  WHERE d.datname = current_database() AND s.subname = {{name}} AND s.subenabled);
INSERT INTO problem SELECT 'subscription ' || {{name}} || ' has no table ' || {{relation}}
WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_subscription_rel WHERE srrelid = to_regclass({{relation}}));
{{/subscriptions}}
{{#foreign}}
-- An aggregate over the foreign table must travel as SQL, not as rows.
SET ROLE {{federation}};
DO $explain$
DECLARE
    line text;
    pushed boolean := false;
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (VERBOSE, COSTS OFF) SELECT count(*) FROM ' || {{relation}} LOOP
        pushed := pushed OR line LIKE '%Remote SQL: SELECT count(*)%';
    END LOOP;
    IF NOT pushed THEN
        RAISE WARNING 'an aggregate over % is not pushed down', {{relation}};
    END IF;
END
$explain$;
RESET ROLE;
{{/foreign}}
{{#queries}}
-- What the simulation took to be sent for {{query_name}}.
SET ROLE {{reader}};
SET search_path = {{search_path}};
DO $explain$
DECLARE
    line text;
    sent text[] := '{}';
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (VERBOSE, COSTS OFF) ' || {{query}} LOOP
        IF line LIKE '%Remote SQL: %' THEN
            sent := sent || concat_ws(' ', 'SELECT', CASE WHEN line LIKE '% JOIN %' THEN 'JOIN' END,
                CASE WHEN line LIKE '% WHERE %' THEN 'WHERE' END, CASE WHEN line LIKE '% GROUP BY %' THEN 'GROUP BY' END,
                CASE WHEN line LIKE '% ORDER BY %' THEN 'ORDER BY' END, CASE WHEN line LIKE '% LIMIT %' THEN 'LIMIT' END);
        END IF;
    END LOOP;
    IF ARRAY(SELECT s FROM unnest(sent) s ORDER BY s COLLATE "C") <> {{expected}} THEN
        RAISE WARNING 'query %: the simulation took % to be sent, the planner sends %', {{query_name_text}}, {{expected}}, sent;
    END IF;
END
$explain$;
RESET search_path;
RESET ROLE;
{{/queries}}

SELECT what AS problem FROM problem ORDER BY 1;
SELECT count(*) > 0 AS failed, count(*) AS problems FROM problem \gset
\if :failed
DO $fail$ BEGIN RAISE EXCEPTION 'the database is not as the scenario says'; END $fail$;
\endif
