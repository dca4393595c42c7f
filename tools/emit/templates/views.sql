-- {{title}}
-- The names consumers read by; they stay when the mechanism behind them changes.
BEGIN;
{{#schemas}}
CREATE SCHEMA IF NOT EXISTS {{schema}};
COMMENT ON SCHEMA {{schema}} IS {{mark}};
{{/schemas}}
{{#views}}

CREATE OR REPLACE VIEW {{view}} {{options}}AS
SELECT {{columns}}
FROM {{source}};
ALTER VIEW {{view}} OWNER TO {{owner}};
GRANT USAGE ON SCHEMA {{schema}} TO {{readers}};
GRANT SELECT ON {{view}} TO {{readers}};
{{#foreign}}
GRANT USAGE ON SCHEMA {{foreign_schema}} TO {{readers}};
GRANT SELECT ON {{source}} TO {{readers}};
{{/foreign}}
{{/views}}
COMMIT;
