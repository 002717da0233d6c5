-- What people decide about an id, over what events say; the newest version holds, and a deleted row is a decision taken
-- back. docs/reference/models.md, dim_identities, has the rules.
CREATE TABLE IF NOT EXISTS raw.identity_overrides
(
    project_id String,
    distinct_id String COMMENT 'an id that is not a user id',
    action String COMMENT 'merge or split',
    user_id String COMMENT 'user to merge into; empty for split',
    at DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'when it was decided',
    version UInt64 DEFAULT toUnixTimestamp64Micro(now64(6)) COMMENT 'grows with each decision'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (project_id, distinct_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
