-- {{title}}
-- What the jobs do, as functions that run with their owner's rights; only {{operator}} may call them.
{{#jobs}}

-- {{about}}
CREATE OR REPLACE FUNCTION governance.{{function}}() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = {{search_path}}, pg_temp
AS {{body}};
ALTER FUNCTION governance.{{function}}() OWNER TO {{owner}};
REVOKE ALL ON FUNCTION governance.{{function}}() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION governance.{{function}}() TO {{operator}};
{{/jobs}}
