-- Ids come in the same few combinations again and again: one pass finds the first event of each.
WITH
    toDateTime64('2299-12-31 23:59:59.999', 3, 'UTC') AS never,
    (never, toUInt128(0), '', '') AS no_link,
    combinations AS
    (
        SELECT
            project_id,
            valid_user_id,
            valid_anonymous_id,
            valid_previous_id,
            min(occurred_at) AS seen_at,
            minIf(
                (occurred_at, toUInt128(event_id), if(event_type IN ('identify', 'alias'), event_type, 'event')),
                valid_user_id != ''
            ) AS first_event
        FROM staging.stg_events
        GROUP BY project_id, valid_user_id, valid_anonymous_id, valid_previous_id
    ),
    observations AS
    (
        SELECT
            project_id,
            seen_at,
            (first_event.1, first_event.2, valid_user_id, first_event.3) AS link,
            arrayJoin(
                [
                    (valid_user_id, 1, seen_at, no_link),
                    (valid_anonymous_id, 0, never, if(valid_user_id IN ('', valid_anonymous_id), no_link, link)),
                    (valid_previous_id, 0, never, if(valid_user_id IN ('', valid_previous_id), no_link, link))
                ]
            ) AS observed
        FROM combinations
    )
SELECT
    project_id,
    observed.1 AS distinct_id,
    max(observed.2) AS is_identified,
    min(seen_at) AS first_seen_at,
    min(observed.3) AS identified_at,
    min(observed.4) AS first_link
FROM observations
WHERE distinct_id != ''
GROUP BY project_id, distinct_id
