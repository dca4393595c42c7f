-- {{title}}
-- Passwords come from the environment, never from a file. A role that has one keeps it, unless
-- apply.sh runs with --rotate-passwords. They are kept out of the server's log.
SET log_statement = 'none';
SET log_min_duration_statement = -1;
SET log_min_error_statement = 'panic';
{{#logins}}

\unset password
\getenv password {{variable}}
\if :{?password}
SELECT format('ALTER ROLE %I PASSWORD %L', {{name}}, :'password')
WHERE :'rotate_passwords' = 'on'
   OR EXISTS (SELECT FROM pg_catalog.pg_authid WHERE rolname = {{name}} AND rolpassword IS NULL) \gexec
\endif
{{/logins}}
\unset password
