-- {{title}}
-- pg_cron lives in this one database and starts jobs in the others. Scheduling a name again
-- replaces it. Times are UTC.
SELECT format('CREATE EXTENSION %I', 'pg_cron'),
       format('COMMENT ON EXTENSION %I IS %L', 'pg_cron', {{mark}})
WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_extension WHERE extname = 'pg_cron') \gexec
{{#jobs}}

SELECT cron.schedule_in_database({{name}}, {{schedule}}, {{command}}, {{database}}, {{operator_text}})
WHERE NOT EXISTS (SELECT FROM cron.job
                  WHERE (jobname, schedule, command, database, username, active)
                        = ({{name}}, {{schedule}}, {{command}}, {{database}}, {{operator_text}}, true));
{{/jobs}}
