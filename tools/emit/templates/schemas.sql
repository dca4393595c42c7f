-- {{title}}
-- Contract schemas are for others to read, internal ones are not: nobody else gets USAGE.
BEGIN;
{{#schemas}}
CREATE SCHEMA IF NOT EXISTS {{schema}} AUTHORIZATION {{owner}};
ALTER SCHEMA {{schema}} OWNER TO {{owner}};
COMMENT ON SCHEMA {{schema}} IS {{about}};
{{/schemas}}
{{#public_owners}}
GRANT USAGE, CREATE ON SCHEMA public TO {{owner}};
{{/public_owners}}
COMMIT;
