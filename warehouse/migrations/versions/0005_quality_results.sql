-- The outcome of every data check: Great Expectations, reconciliations and dbt data tests, as Dagster ran them.
CREATE TABLE IF NOT EXISTS ops.quality_results
(
    project_id LowCardinality(String) COMMENT 'empty: over all projects',
    asset LowCardinality(String) COMMENT 'table, with its database',
    check_name LowCardinality(String),
    checked_at DateTime64(3, 'UTC'),
    run_id String COMMENT 'of Dagster',
    source LowCardinality(String) COMMENT 'great_expectations, reconciliation or dbt',
    severity LowCardinality(String) COMMENT 'error: what depends on the asset was not built; warn: told only',
    passed Bool,
    unexpected_count UInt64 COMMENT 'rows or groups that break the rule',
    observed String COMMENT 'JSON: what was found'
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(checked_at)
ORDER BY (project_id, asset, check_name, checked_at)
TTL toDateTime(checked_at) + INTERVAL 1 YEAR;
