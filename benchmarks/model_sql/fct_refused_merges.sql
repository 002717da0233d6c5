-- Ids are tried for placeholders pair by pair, not event by event.
WITH
    [
        '', '0', '-1', 'anonymous', 'anon', 'false', 'guest', 'nan', 'nil', 'none', 'null', 'true', 'undefined',
        'unknown', 'user', '[object object]', '00000000-0000-0000-0000-000000000000'
    ] AS placeholders,
    users AS (SELECT project_id, distinct_id FROM analytics.dim_identities WHERE method = 'user'),
    sent AS
    (
        SELECT project_id, event_id, occurred_at, anonymous_id AS distinct_id, user_id AS target_id
        FROM analytics.fct_events
        WHERE user_id != '' AND anonymous_id != '' AND user_id != anonymous_id
        UNION ALL
        SELECT
            project_id,
            event_id,
            occurred_at,
            previous_id,
            arrayJoin(if(valid_user_id = '', [user_id, anonymous_id], [user_id])) AS target_id
        FROM intermediate.int_identity_aliases
        WHERE previous_id != target_id
    ),
    pairs AS
    (
        SELECT
            project_id,
            distinct_id,
            target_id,
            min(occurred_at) AS first_refused_at,
            max(occurred_at) AS last_refused_at,
            uniqExact(event_id) AS event_count
        FROM sent
        GROUP BY project_id, distinct_id, target_id
    )
SELECT
    *,
    has(placeholders, lower(trimBoth(distinct_id))) AS is_placeholder,
    has(placeholders, lower(trimBoth(target_id))) AS is_for_placeholder,
    if(is_placeholder OR is_for_placeholder, 'generic_id', 'both_identified') AS reason
FROM pairs
WHERE trimBoth(distinct_id) != '' AND trimBoth(target_id) != '' AND NOT (is_placeholder AND is_for_placeholder)
    AND (reason = 'generic_id' OR ((project_id, distinct_id) IN users AND (project_id, target_id) IN users))
