WITH
    days AS
    (
        SELECT
            project_id,
            person_id,
            event_date AS activity_date,
            count() AS event_count,
            uniqExact(session_id) AS session_count,
            countIf(is_page_view) AS page_view_count,
            sum(events.revenue) AS revenue
        FROM analytics.fct_events AS events
        WHERE is_counted AND person_id != toUUID('00000000-0000-0000-0000-000000000000')
        GROUP BY project_id, person_id, event_date
    )
SELECT *, activity_date = min(activity_date) OVER (PARTITION BY project_id, person_id) AS is_new
FROM days
