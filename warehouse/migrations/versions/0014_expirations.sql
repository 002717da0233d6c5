-- Raw events deleted because their project keeps them no longer. A row is written before the deletion and one after it,
-- so that a deletion that died half-way is known, and the build after either makes the marts anew from what is left.
CREATE TABLE IF NOT EXISTS ops.expirations
(
    project_id LowCardinality(String),
    noted_at DateTime64(6, 'UTC') DEFAULT now64(6),
    state LowCardinality(String) COMMENT 'begun or done',
    run_id String COMMENT 'of Dagster',
    kept_from DateTime64(3, 'UTC') COMMENT 'events before this time go',
    event_count UInt64 COMMENT 'of raw.events',
    rejected_count UInt64 COMMENT 'of raw.events_rejected, by time of arrival'
)
ENGINE = MergeTree
ORDER BY (project_id, noted_at);
