-- {{title}}
-- Roles: owners and readers are groups without login; limits stand on login roles only, because
-- ALTER ROLE … SET works at login and not at SET ROLE.
{{#groups}}

SELECT format('CREATE ROLE %I NOLOGIN', {{name}}),
       format('COMMENT ON ROLE %I IS %L', {{name}}, {{mark}})
WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = {{name}}) \gexec
{{/groups}}
{{#logins}}

SELECT format('CREATE ROLE %I LOGIN', {{name}}),
       format('COMMENT ON ROLE %I IS %L', {{name}}, {{mark}})
WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = {{name}}) \gexec
ALTER ROLE {{role}} LOGIN {{attributes}} CONNECTION LIMIT {{connection_limit}};
ALTER ROLE {{role}} RESET ALL;
{{#settings}}
ALTER ROLE {{role}} SET {{setting}} = {{value}};
{{/settings}}
{{/logins}}

CREATE TEMPORARY TABLE wanted_membership (grp name, member name);
{{#memberships}}
INSERT INTO wanted_membership VALUES ({{group}}, {{member}});
{{/memberships}}

-- Memberships are canonical: what the scenario does not grant is taken back.
SELECT format('REVOKE %I FROM %I', g.rolname, m.rolname)
FROM pg_catalog.pg_auth_members a
JOIN pg_catalog.pg_roles g ON g.oid = a.roleid
JOIN pg_catalog.pg_roles m ON m.oid = a.member
WHERE g.rolname IN (SELECT grp FROM wanted_membership)
  AND NOT starts_with(g.rolname, 'pg_') AND NOT m.rolsuper
  AND NOT EXISTS (SELECT FROM wanted_membership w WHERE w.grp = g.rolname AND w.member = m.rolname) \gexec
SELECT format('GRANT %I TO %I', w.grp, w.member)
FROM wanted_membership w
WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_auth_members a
                  JOIN pg_catalog.pg_roles g ON g.oid = a.roleid
                  JOIN pg_catalog.pg_roles m ON m.oid = a.member
                  WHERE g.rolname = w.grp AND m.rolname = w.member) \gexec
