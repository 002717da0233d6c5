SELECT
    project_id,
    toStartOfHour(toDateTime(occurred_at, 'UTC')) AS hour_at,
    event_name,
    platform,
    country,
    count() AS event_count,
    uniqExactIf(person_id, person_id != toUUID('00000000-0000-0000-0000-000000000000')) AS unique_persons,
    uniqExactIf(session_id, session_id != toUUID('00000000-0000-0000-0000-000000000000')) AS unique_sessions
FROM analytics.fct_events
WHERE is_counted
GROUP BY project_id, hour_at, event_name, platform, country
