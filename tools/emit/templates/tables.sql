-- {{title}}
-- The DDL of the scenario, each statement so that a second run changes nothing.
{{#domains}}

-- {{about}}
{{#left_out}}
-- Left out, because the scenario's keys say it: {{what}}
{{/left_out}}
BEGIN;
SET LOCAL ROLE {{owner}};
SET LOCAL search_path = {{search_path}};

{{ddl}}
RESET ROLE;
COMMIT;
RESET search_path;
{{/domains}}
