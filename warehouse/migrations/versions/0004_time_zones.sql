-- UTC offset of every IANA zone from valid_from on, for an ASOF join: ClickHouse takes only a constant time zone.
-- Filled from the tzdata package for 2000 to 2040.
CREATE TABLE IF NOT EXISTS raw.time_zone_offsets
(
    zone LowCardinality(String),
    valid_from DateTime64(3, 'UTC'),
    offset_seconds Int32,
    tzdata_version LowCardinality(String)
)
ENGINE = MergeTree
ORDER BY (zone, valid_from);
