-- What an event breaks of its project's tracking plan, and what the batch of a rejected event said about all its events.
ALTER TABLE raw.events ADD COLUMN IF NOT EXISTS violations Array(LowCardinality(String))
    COMMENT 'what the event breaks of the tracking plan; docs/reference/tracking-plans.md'
    AFTER corrections;

ALTER TABLE raw.events_rejected ADD COLUMN IF NOT EXISTS envelope String CODEC(ZSTD(3))
    COMMENT 'JSON: sent_at and context of the batch, if it had any' AFTER payload;

-- For people and the dashboard, who read the database `analytics` alone. Seconds old, like the tables behind.
CREATE VIEW IF NOT EXISTS analytics.rejected_events SQL SECURITY DEFINER AS
SELECT
    project_id, received_at, code, field, reason, protocol, payload, envelope,
    concat(toString(_stream), '-', toString(_frame), '-', toString(_row)) AS rejected_id,
    _stream AS stream, _frame AS frame, _row AS row
FROM raw.events_rejected;

CREATE VIEW IF NOT EXISTS analytics.plan_violations SQL SECURITY DEFINER AS
SELECT
    project_id, event_id, event_name, type AS event_type, received_at, violations, properties, traits
FROM raw.events
WHERE notEmpty(violations);
