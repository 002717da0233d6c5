WITH toUUID('00000000-0000-0000-0000-000000000000') AS nobody
SELECT
    project_id,
    event_date AS page_date,
    path,
    count() AS page_view_count,
    uniqExactIf(person_id, person_id != nobody) AS person_count,
    uniqExactIf(session_id, session_id != nobody) AS session_count
FROM analytics.fct_events
WHERE is_counted AND is_page_view
GROUP BY project_id, event_date, path
