-- {{title}}
{{#extensions}}
SELECT format('CREATE EXTENSION %I', {{name}}),
       format('COMMENT ON EXTENSION %I IS %L', {{name}}, {{mark}})
WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_extension WHERE extname = {{name}}) \gexec
{{/extensions}}
