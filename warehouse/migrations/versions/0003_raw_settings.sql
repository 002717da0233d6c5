-- Project settings, saved funnels and the tracking plan, copied from PostgreSQL by Dagster; read with FINAL.
CREATE TABLE IF NOT EXISTS raw.projects
(
    project_id String,
    name String,
    timezone String DEFAULT 'UTC',
    currency String DEFAULT 'EUR' COMMENT 'ISO 4217',
    session_timeout_seconds UInt32 DEFAULT 1800,
    session_cap_seconds UInt32 DEFAULT 86400,
    session_cut_at_midnight Bool DEFAULT false,
    session_cut_on_campaign Bool DEFAULT false,
    include_bots Bool DEFAULT false,
    week_start UInt8 DEFAULT 1 COMMENT 'ISO day of week: 1 Monday to 7 Sunday',
    updated_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree(updated_at)
ORDER BY project_id;

CREATE TABLE IF NOT EXISTS raw.funnel_definitions
(
    project_id String,
    funnel_id String,
    name String,
    definition String COMMENT 'semantic query of kind funnel, JSON',
    updated_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree(updated_at)
ORDER BY (project_id, funnel_id);

CREATE TABLE IF NOT EXISTS raw.event_schemas
(
    project_id String,
    event_name String,
    property_name String COMMENT 'empty for the event itself',
    value_type String,
    description String,
    updated_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree(updated_at)
ORDER BY (project_id, event_name, property_name);
