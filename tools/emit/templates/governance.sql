-- {{title}}
-- What the platform itself keeps in this database.
BEGIN;
CREATE SCHEMA IF NOT EXISTS governance;
COMMENT ON SCHEMA governance IS {{mark}};
GRANT USAGE ON SCHEMA governance TO {{operator}};
{{#row_security}}

-- Who is which tenant: the one source that policies trust. A session setting would not do, for
-- every session can set it.
CREATE TABLE IF NOT EXISTS governance.tenant_grant (
    relation   text NOT NULL,
    role_name  name NOT NULL,
    tenant     text NOT NULL,
    CONSTRAINT pk_tenant_grant PRIMARY KEY (relation, role_name, tenant)
);
ALTER TABLE governance.tenant_grant ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS own_grants ON governance.tenant_grant;
CREATE POLICY own_grants ON governance.tenant_grant FOR SELECT USING (role_name = current_user);
{{/row_security}}
{{#kill_routine}}

CREATE TABLE IF NOT EXISTS governance.killed_query (
    terminated_at  timestamptz NOT NULL,
    pid            integer NOT NULL,
    role_name      name,
    age            bigint NOT NULL,
    terminated     boolean NOT NULL,
    query          text
);
GRANT SELECT, INSERT ON governance.killed_query TO {{operator}};

-- Ends transactions that hold back vacuum in this database: writers by the age of their xid (a
-- writer's xmin may be NULL, and every new snapshot inherits its age), readers by the age of a
-- snapshot that is old by itself. Client sessions only: never walsenders, autovacuum or itself.
-- A superuser's session cannot be ended from here; it is logged as not terminated.
CREATE OR REPLACE FUNCTION governance.end_old_transactions(oldest bigint DEFAULT {{xmin_age}})
RETURNS bigint
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    WITH act AS MATERIALIZED (
        SELECT a.pid, a.usename, a.datname, a.query, r.rolsuper,
               age(a.backend_xid) AS xid_age, age(a.backend_xmin) AS xmin_age,
               greatest(max(age(a.backend_xid)) OVER (),
                        (SELECT max(age(p.transaction)) FROM pg_prepared_xacts p), 0) AS oldest_xid_age
        FROM pg_stat_activity a
        LEFT JOIN pg_roles r ON r.oid = a.usesysid
        WHERE a.backend_type = 'client backend' AND a.pid <> pg_backend_pid()
    ),
    ended AS MATERIALIZED (
        SELECT pid, usename, greatest(xid_age, xmin_age) AS held_age, query,
               CASE WHEN rolsuper THEN false ELSE pg_terminate_backend(pid) END AS ok
        FROM act
        WHERE xid_age > oldest
           OR (xmin_age > oldest AND xmin_age > oldest_xid_age AND datname = current_database())
    ),
    logged AS (
        INSERT INTO governance.killed_query (terminated_at, pid, role_name, age, terminated, query)
        SELECT clock_timestamp(), pid, usename, held_age, ok, query FROM ended
        RETURNING terminated
    )
    SELECT count(*) FILTER (WHERE terminated) FROM logged;
END;
REVOKE ALL ON FUNCTION governance.end_old_transactions(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION governance.end_old_transactions(bigint) TO {{operator}};
{{/kill_routine}}
{{#heartbeat}}

-- One row per publication, which the publication's row filter picks out: what arrives at the
-- subscriber proves that the stream is alive, and how late it is.
CREATE TABLE IF NOT EXISTS governance.heartbeat (
    publication  text NOT NULL,
    beat_at      timestamptz NOT NULL,
    CONSTRAINT pk_heartbeat PRIMARY KEY (publication)
);
{{/heartbeat}}
{{#beats}}
GRANT SELECT, INSERT, UPDATE ON governance.heartbeat TO {{operator}};

CREATE OR REPLACE FUNCTION governance.beat() RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $beat$
    INSERT INTO governance.heartbeat (publication, beat_at)
    SELECT name, clock_timestamp() FROM unnest(ARRAY[{{publications}}]::text[]) AS name
    ON CONFLICT (publication) DO UPDATE SET beat_at = excluded.beat_at;
$beat$;
REVOKE ALL ON FUNCTION governance.beat() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION governance.beat() TO {{operator}};
{{/beats}}
{{#drift}}

-- The contract as both sides last agreed on it. attnum survives a rename, which tells a renamed
-- column from a dropped and a new one.
CREATE TABLE IF NOT EXISTS governance.contract_column (
    relation     text NOT NULL,
    attnum       integer NOT NULL,
    column_name  name NOT NULL,
    type         text NOT NULL,
    not_null     boolean NOT NULL,
    CONSTRAINT pk_contract_column PRIMARY KEY (relation, attnum)
);
CREATE TABLE IF NOT EXISTS governance.drift_log (
    found_at  timestamptz NOT NULL,
    relation  text NOT NULL,
    finding   text NOT NULL,
    CONSTRAINT pk_drift_log PRIMARY KEY (relation, finding)
);
GRANT SELECT ON governance.contract_column TO {{operator}};
GRANT SELECT, INSERT, DELETE ON governance.drift_log TO {{operator}};

-- A table's columns as this server has them, types in full. Needs no right on the table.
CREATE OR REPLACE FUNCTION governance.contract(relation text) RETURNS jsonb
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $contract$
    SELECT jsonb_agg(jsonb_build_object(
               'attnum', a.attnum, 'name', a.attname, 'not_null', a.attnotnull,
               'type', format_type(a.atttypid, NULL), 'typmod', a.atttypmod) ORDER BY a.attnum)
    FROM pg_attribute a
    WHERE a.attrelid = to_regclass(relation) AND a.attnum > 0 AND NOT a.attisdropped;
$contract$;

-- Compares the other side's contract with what was agreed and with the table here. Every name is
-- quoted by format(), every type goes through this server's own parser: a column called
-- "x int; DROP TABLE …" stays a name.
CREATE OR REPLACE FUNCTION governance.drift(of_relation text, contract jsonb)
RETURNS TABLE (finding text, run_on text, repair text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $drift$
DECLARE
    c record;
    target text := to_regclass(of_relation)::text;
    full_type text;
    here name;
BEGIN
    IF target IS NULL THEN
        RAISE EXCEPTION 'there is no table %', of_relation;
    END IF;
    FOR c IN
        SELECT n.name, n.type, n.typmod, n.not_null, o.column_name AS old_name, o.type AS old_type,
               coalesce(o.attnum, n.attnum) AS attnum
        FROM jsonb_to_recordset(contract)
                 AS n (attnum integer, name name, type text, typmod integer, not_null boolean)
        FULL JOIN (SELECT k.* FROM governance.contract_column k WHERE k.relation = of_relation) o
               ON o.attnum = n.attnum
        ORDER BY 7
    LOOP
        here := coalesce(c.old_name, c.name);
        IF c.name IS NULL THEN
            finding := format('column %I was dropped', c.old_name);
            run_on := 'consumer';
            repair := format('ALTER TABLE %s ALTER COLUMN %I DROP NOT NULL', target, c.old_name);
            RETURN NEXT;
            CONTINUE;
        END IF;
        IF to_regtype(c.type) IS NULL THEN
            finding := format('column %I has type %s, which this server lacks', c.name, c.type);
            run_on := 'by hand';
            repair := NULL;
            RETURN NEXT;
            CONTINUE;
        END IF;
        full_type := format_type(to_regtype(c.type), c.typmod);
        IF c.old_name IS NULL THEN
            -- Additive: the subscriber first, then the publication, then the rows that are there.
            finding := format('column %I %s is new', c.name, full_type);
            run_on := 'consumer';
            repair := format('ALTER TABLE %s ADD COLUMN IF NOT EXISTS %I %s', target, c.name, full_type);
            RETURN NEXT;
            run_on := 'producer';
            repair := format('SELECT governance.publish_column(%L, %L)', of_relation, c.name);
            RETURN NEXT;
            CONTINUE;
        END IF;
        IF c.name <> c.old_name THEN
            finding := format('column %I is called %I now', c.old_name, c.name);
            run_on := 'consumer';
            repair := format('ALTER TABLE %s RENAME COLUMN %I TO %I', target, c.old_name, c.name);
            RETURN NEXT;
        END IF;
        IF full_type <> c.old_type THEN
            finding := format('column %I changed from %s to %s', c.name, c.old_type, full_type);
            run_on := 'consumer';
            repair := format('SELECT governance.retype(%L, %L, %L, %s)', of_relation, c.name, c.type, c.typmod);
            RETURN NEXT;
        END IF;
        IF NOT c.not_null AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = target::regclass
                                      AND a.attname = here AND a.attnotnull) THEN
            finding := format('column %I allows NULL now', c.name);
            run_on := 'consumer';
            repair := format('ALTER TABLE %s ALTER COLUMN %I DROP NOT NULL', target, c.name);
            RETURN NEXT;
        END IF;
    END LOOP;
END;
$drift$;

-- From now on this is the contract. `first_time`: only when none was agreed on before.
CREATE OR REPLACE FUNCTION governance.agree(of_relation text, contract jsonb, first_time boolean)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $agree$
BEGIN
    IF first_time AND EXISTS (SELECT FROM governance.contract_column k WHERE k.relation = of_relation) THEN
        RETURN;
    END IF;
    DELETE FROM governance.contract_column k WHERE k.relation = of_relation;
    INSERT INTO governance.contract_column (relation, attnum, column_name, type, not_null)
    SELECT of_relation, n.attnum, n.name, coalesce(format_type(to_regtype(n.type), n.typmod), n.type), n.not_null
    FROM jsonb_to_recordset(contract)
             AS n (attnum integer, name name, type text, typmod integer, not_null boolean);
    DELETE FROM governance.drift_log l WHERE l.relation = of_relation;
END;
$agree$;

-- Changes a column's type under the views that read it; they are made again with owner, options
-- and grants. A view on such a view is nobody's here: the change then fails and nothing happens.
CREATE OR REPLACE FUNCTION governance.retype(of_relation text, of_column name, new_type text, new_typmod integer)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $retype$
DECLARE
    v record;
    g record;
    again text[] := '{}';
BEGIN
    FOR v IN
        SELECT DISTINCT w.oid, w.oid::regclass::text AS name, pg_get_viewdef(w.oid) AS definition,
               pg_get_userbyid(w.relowner) AS owner, w.relacl, w.relowner, w.reloptions
        FROM pg_depend d
        JOIN pg_rewrite r ON r.oid = d.objid
        JOIN pg_class w ON w.oid = r.ev_class
        WHERE d.classid = 'pg_rewrite'::regclass AND d.refobjid = to_regclass(of_relation)
          AND w.relkind = 'v'
    LOOP
        again := again || format('CREATE VIEW %s %s AS %s', v.name,
                                 'WITH (' || nullif(array_to_string(v.reloptions, ', '), '') || ')', v.definition)
                       || format('ALTER VIEW %s OWNER TO %I', v.name, v.owner);
        FOR g IN SELECT x.privilege_type, r.rolname FROM aclexplode(v.relacl) x
                 JOIN pg_roles r ON r.oid = x.grantee WHERE x.grantee <> v.relowner LOOP
            again := again || format('GRANT %s ON %s TO %I', g.privilege_type, v.name, g.rolname);
        END LOOP;
        EXECUTE format('DROP VIEW %s', v.name);
    END LOOP;
    EXECUTE format('ALTER TABLE %s ALTER COLUMN %I TYPE %s USING %2$I::%3$s', to_regclass(of_relation),
                   of_column, format_type(to_regtype(new_type), new_typmod));
    FOR i IN 1 .. cardinality(again) LOOP
        EXECUTE again[i];
    END LOOP;
END;
$retype$;

-- Adds a column to the table's column list in every publication that has it, keeping the row
-- filter, and writes the rows anew, so that the subscriber gets the values that are there.
CREATE OR REPLACE FUNCTION governance.publish_column(of_relation text, of_column name)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $publish$
DECLARE
    p record;
BEGIN
    FOR p IN
        SELECT b.pubname,
               (SELECT string_agg(format('%I', a.attname), ', ' ORDER BY a.attnum) FROM pg_attribute a
                WHERE a.attrelid = r.prrelid AND (a.attnum = ANY (r.prattrs) OR a.attname = of_column)) AS columns,
               pg_get_expr(r.prqual, r.prrelid) AS filter, r.prattrs IS NULL AS whole
        FROM pg_publication_rel r
        JOIN pg_publication b ON b.oid = r.prpubid
        WHERE r.prrelid = to_regclass(of_relation)
    LOOP
        CONTINUE WHEN p.whole;
        EXECUTE format('ALTER PUBLICATION %I DROP TABLE %s', p.pubname, to_regclass(of_relation));
        EXECUTE format('ALTER PUBLICATION %I ADD TABLE %s (%s)', p.pubname, to_regclass(of_relation), p.columns)
             || coalesce(' WHERE (' || p.filter || ')', '');
    END LOOP;
    EXECUTE format('UPDATE %s SET %I = %2$I', to_regclass(of_relation), of_column);
END;
$publish$;

-- For a job on the producer: what changed since both sides agreed.
CREATE OR REPLACE FUNCTION governance.note_drift() RETURNS bigint
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $note$
    WITH noted AS (
        INSERT INTO governance.drift_log (found_at, relation, finding)
        SELECT DISTINCT ON (k.relation, d.finding) clock_timestamp(), k.relation, d.finding
        FROM (SELECT DISTINCT c.relation FROM governance.contract_column c
              WHERE EXISTS (SELECT FROM pg_publication_rel r WHERE r.prrelid = to_regclass(c.relation))) k
        CROSS JOIN LATERAL governance.drift(k.relation, governance.contract(k.relation)) d
        ON CONFLICT DO NOTHING
        RETURNING 1
    )
    SELECT count(*) FROM noted;
$note$;
REVOKE ALL ON FUNCTION governance.contract(text), governance.drift(text, jsonb),
    governance.agree(text, jsonb, boolean), governance.retype(text, name, text, integer),
    governance.publish_column(text, name), governance.note_drift() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION governance.contract(text), governance.drift(text, jsonb),
    governance.note_drift() TO {{operator}};
{{/drift}}
COMMIT;
