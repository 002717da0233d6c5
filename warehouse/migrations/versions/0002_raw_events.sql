-- One row per accepted event.
--
-- Absent values are '' (text), the nil UUID, 0 (numbers) and 1970-01-01 (times): no column is Nullable.
--
-- Partition: month of received_at, because client time could open 150 partitions in one block.
--
-- Sort key: dbt reads raw.events by load_id ranges, and so does everything downstream of it, so (project_id, load_id)
-- makes an increment a primary-key range. (_stream, _frame, _row) is the order of arrival: it keeps many events of one
-- second in a stable order, and makes the minmax index on _frame exact when the loader asks, after a crash, which
-- frames the table already holds.
--
-- Projections: by_event_id finds client retries (14 ms for 50k time-ordered ids against 10M rows; the UInt128 form is
-- in time order for UUIDv7). by_user and by_anonymous_id store only row numbers in the order of a person's ids and
-- time, and filter granules for timelines and erasure (3M rows: 204k read instead of all). An engine of 26.9 miscounts
-- through such a projection after a lightweight DELETE, so those stay refused (the default); ALTER TABLE … DELETE is right.
--
-- Durability: an inserted part is on disk when the insert returns; a merged part before its sources are dropped.
CREATE TABLE IF NOT EXISTS raw.events
(
    project_id LowCardinality(String),
    event_id UUID,
    type LowCardinality(String) COMMENT 'track, page, screen, identify, group or alias',
    event_name LowCardinality(String),
    user_id String,
    anonymous_id String,
    session_id String COMMENT 'as sent by the tracker',
    group_id String,
    previous_id String COMMENT 'the former id of an alias',
    timestamp DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)) COMMENT 'when it happened, corrected for the client clock',
    original_timestamp DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)) COMMENT 'as sent by the client',
    sent_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)) COMMENT 'client clock when the batch left',
    received_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    timestamp_rule LowCardinality(String) COMMENT 'how timestamp was derived; docs/reference/ingest-api.md',
    corrections Array(LowCardinality(String)) COMMENT 'what was repaired on the way in; same page',
    properties String CODEC(ZSTD(1)) COMMENT 'JSON object',
    traits String CODEC(ZSTD(1)) COMMENT 'JSON object',
    context String CODEC(ZSTD(1)) COMMENT 'JSON object: what of context has no column',
    url String CODEC(ZSTD(1)),
    path String CODEC(ZSTD(1)),
    title String CODEC(ZSTD(1)),
    referrer String CODEC(ZSTD(1)),
    referrer_domain LowCardinality(String) COMMENT 'host of the referrer without www., empty when internal',
    channel LowCardinality(String) COMMENT 'GA4 default channel group',
    utm_source LowCardinality(String),
    utm_medium LowCardinality(String),
    utm_campaign LowCardinality(String),
    utm_term LowCardinality(String),
    utm_content LowCardinality(String),
    browser LowCardinality(String),
    browser_version LowCardinality(String),
    os LowCardinality(String),
    os_version LowCardinality(String),
    device_type LowCardinality(String) COMMENT 'desktop, mobile, tablet, tv, wearable, console, bot or empty',
    country LowCardinality(String) COMMENT 'ISO 3166-1 alpha-2',
    locale LowCardinality(String),
    platform LowCardinality(String) COMMENT 'web, ios, android, server or as sent',
    app_version LowCardinality(String),
    library LowCardinality(String),
    library_version LowCardinality(String),
    screen_width UInt16,
    screen_height UInt16,
    user_agent String CODEC(ZSTD(1)),
    is_bot Bool,
    bot_score UInt8 COMMENT '0 (human) to 100 (declared crawler)',
    ip String COMMENT 'empty unless the project keeps addresses',
    protocol LowCardinality(String) COMMENT 'native or segment',
    _stream UInt64 CODEC(Delta, ZSTD(1)) COMMENT 'life of one ingest worker',
    _frame UInt64 CODEC(Delta, ZSTD(1)) COMMENT 'frame of the segment log within the stream',
    _row UInt32 CODEC(Delta, ZSTD(1)) COMMENT 'row within the frame',
    load_id UInt64 CODEC(Delta, ZSTD(1)) COMMENT 'grows with every block inserted; models increment on it',
    INDEX frames _frame TYPE minmax GRANULARITY 1,
    INDEX times timestamp TYPE minmax GRANULARITY 1,
    PROJECTION by_event_id (SELECT project_id, event_id ORDER BY toUInt128(event_id)),
    PROJECTION by_user (SELECT _part_offset ORDER BY project_id, user_id, timestamp),
    PROJECTION by_anonymous_id (SELECT _part_offset ORDER BY project_id, anonymous_id, timestamp)
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(received_at)
PRIMARY KEY (project_id, load_id)
ORDER BY (project_id, load_id, _stream, _frame, _row)
SETTINGS
    fsync_after_insert = 1,
    fsync_part_directory = 1,
    min_rows_to_fsync_after_merge = 1,
    old_parts_lifetime = 480;

-- Events that were refused, with the reason and the bytes, so that they can be repaired and sent again.
CREATE TABLE IF NOT EXISTS raw.events_rejected
(
    project_id LowCardinality(String),
    received_at DateTime64(3, 'UTC'),
    reason String COMMENT 'a sentence for people',
    code LowCardinality(String) COMMENT 'stable slug; docs/reference/ingest-api.md',
    field LowCardinality(String) COMMENT 'path of the offending field',
    protocol LowCardinality(String),
    payload String CODEC(ZSTD(3)) COMMENT 'the event as received, or its first 64 KiB',
    _stream UInt64,
    _frame UInt64,
    _row UInt32,
    load_id UInt64,
    INDEX frames _frame TYPE minmax GRANULARITY 1
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(received_at)
ORDER BY (project_id, received_at, _stream, _frame, _row)
SETTINGS
    fsync_after_insert = 1,
    fsync_part_directory = 1,
    min_rows_to_fsync_after_merge = 1,
    old_parts_lifetime = 480;

-- One row per loaded block. in_doubt marks a block whose insert ended in an error although (some of) its rows are in
-- raw.events: materialized views may have missed them, so rollups over its hours are to be rebuilt.
CREATE TABLE IF NOT EXISTS raw.load_watermarks
(
    load_id UInt64,
    loaded_at DateTime64(3, 'UTC'),
    row_count UInt64,
    duplicate_count UInt64 COMMENT 'client retries dropped from the block',
    project_ids Array(String),
    first_received_at DateTime64(3, 'UTC'),
    last_received_at DateTime64(3, 'UTC'),
    in_doubt Bool
)
ENGINE = ReplacingMergeTree
ORDER BY load_id
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
