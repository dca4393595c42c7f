-- {{title}}
SELECT to_regclass('cron.job') IS NOT NULL AS has_cron \gset
\if :has_cron
{{#jobs}}
SELECT cron.unschedule(jobid) FROM cron.job WHERE jobname = {{name}} AND username = {{operator_text}};
{{/jobs}}
SELECT format('DROP EXTENSION %I', extname) FROM pg_catalog.pg_extension e
WHERE extname = 'pg_cron' AND obj_description(e.oid, 'pg_extension') = {{mark}} \gexec
\endif
