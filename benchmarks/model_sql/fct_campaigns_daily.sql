SELECT
    project_id,
    session_date,
    channel,
    utm_source,
    utm_medium,
    utm_campaign,
    count() AS session_count,
    uniqExact(person_id) AS person_count,
    uniqExactIf(
        person_id,
        (person_id, session_date) IN (SELECT person_id, first_seen_date FROM analytics.dim_persons)
    ) AS new_person_count,
    countIf(is_bounce) AS bounce_count,
    sum(page_view_count) AS page_view_count,
    sum(toInt64(round(sessions.engaged_seconds * 1000))) / 1000 AS engaged_seconds,
    sum(sessions.order_count) AS order_count,
    countIf(sessions.order_count > 0) AS converted_session_count
FROM analytics.fct_sessions AS sessions
GROUP BY project_id, session_date, channel, utm_source, utm_medium, utm_campaign
