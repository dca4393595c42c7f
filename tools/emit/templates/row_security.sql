-- {{title}}
-- Rows of tenants. At least one policy is permissive, or nobody would see a row; the tenant comes
-- from a table that readers cannot write, looked up once per scan, so that an index on the column
-- works; the restrictive policy keeps a later permissive one from opening the table to everybody.
{{#tables}}

BEGIN;
GRANT USAGE ON SCHEMA governance TO {{reader}};
GRANT SELECT ON governance.tenant_grant TO {{reader}};
{{#grants}}
INSERT INTO governance.tenant_grant (relation, role_name, tenant)
VALUES ({{relation}}, {{role}}, {{tenant}}) ON CONFLICT DO NOTHING;
{{/grants}}
DROP POLICY IF EXISTS owner_all ON {{table}};
DROP POLICY IF EXISTS tenant_read ON {{table}};
DROP POLICY IF EXISTS tenant_only ON {{table}};
DROP POLICY IF EXISTS audit_read ON {{table}};
CREATE POLICY owner_all ON {{table}} FOR ALL TO {{owner}} USING (true) WITH CHECK (true);
CREATE POLICY tenant_read ON {{table}} FOR SELECT TO {{reader}}
    USING ({{column}} = ANY (ARRAY(SELECT g.tenant{{cast}} FROM governance.tenant_grant g
                                   WHERE g.relation = {{relation}} AND g.role_name = current_user){{collate}}));
CREATE POLICY tenant_only ON {{table}} AS RESTRICTIVE FOR ALL TO {{reader}}
    USING ({{column}} = ANY (ARRAY(SELECT g.tenant{{cast}} FROM governance.tenant_grant g
                                   WHERE g.relation = {{relation}} AND g.role_name = current_user){{collate}}));
{{#auditor}}
CREATE POLICY audit_read ON {{table}} FOR SELECT TO {{role}} USING (true);
{{/auditor}}
ALTER TABLE {{table}} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {{table}} FORCE ROW LEVEL SECURITY;
COMMIT;
{{/tables}}
