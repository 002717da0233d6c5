-- Values come again and again: each is looked at once.
WITH
    entries AS
    (
        SELECT
            project_id,
            event_name,
            is_bot,
            arrayJoin(arrayPushFront(JSONExtractKeysAndValuesRaw(properties), ('', ''))) AS entry,
            count() AS entry_count,
            min(occurred_at) AS first_at,
            max(occurred_at) AS last_at
        FROM staging.stg_events
        GROUP BY project_id, event_name, is_bot, entry
    ),
    samples AS
    (
        SELECT
            *,
            substring(entry.2, 1, 1) AS initial,
            lower(entry.1) IN (
                'address', 'e-mail', 'email', 'first_name', 'full_name', 'ip', 'last_name', 'name', 'password',
                'phone', 'phone_number', 'token', 'username'
            ) AS is_hidden,
            leftUTF8(
                multiIf(is_hidden, '', initial = '"', JSONExtractString(entry.2), entry.2), 100
            ) AS sample,
            cityHash64(sample) AS digest
        FROM entries
        WHERE entry.2 != 'null' AND (entry.1 != '' OR entry.2 = '')
    ),
    buckets AS
    (
        SELECT
            project_id,
            event_name,
            is_bot,
            entry.1 AS property_name,
            sum(entry_count) AS event_count,
            groupBitOr(
                multiIf(
                    initial = '', 0,
                    initial = '"', 1,
                    initial IN ('t', 'f'), 4,
                    initial = '{', 8,
                    initial = '[', 16,
                    2
                )
            ) AS value_types,
            min(first_at) AS first_seen_at,
            max(last_at) AS last_seen_at,
            min((digest, sample)) AS least
        FROM samples
        GROUP BY project_id, event_name, is_bot, property_name, digest % 256
    )
SELECT
    project_id,
    event_name,
    property_name,
    is_bot,
    sum(buckets.event_count) AS event_count,
    groupBitOr(buckets.value_types) AS value_types,
    min(buckets.first_seen_at) AS first_seen_at,
    max(buckets.last_seen_at) AS last_seen_at,
    arraySlice(arraySort(groupArrayIf(least, least.2 != '')), 1, 5) AS samples,
    (SELECT max(load_id) FROM raw.events) AS load_id
FROM buckets
GROUP BY project_id, event_name, property_name, is_bot
