-- Saved funnels come compiled, by the same compiler as queries. Empty columns are filled by the next synchronisation.
ALTER TABLE raw.funnel_definitions ADD COLUMN IF NOT EXISTS attempts_sql String
COMMENT 'SELECT of the attempts that count; empty if the definition is not valid' AFTER definition;

ALTER TABLE raw.funnel_definitions ADD COLUMN IF NOT EXISTS counted_by LowCardinality(String)
COMMENT 'person or session' AFTER attempts_sql;

ALTER TABLE raw.funnel_definitions ADD COLUMN IF NOT EXISTS step_names Array(String) AFTER counted_by;

ALTER TABLE raw.funnel_definitions ADD COLUMN IF NOT EXISTS step_events Array(String) AFTER step_names;

ALTER TABLE raw.funnel_definitions ADD COLUMN IF NOT EXISTS compared_steps Array(UInt8)
COMMENT 'by step the last one before that cannot be left out' AFTER step_events;

ALTER TABLE raw.funnel_definitions ADD COLUMN IF NOT EXISTS problem String
COMMENT 'why the definition is not valid' AFTER compared_steps;
