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
            sum(revenue) AS revenue
        FROM analytics.fct_events
        WHERE is_counted AND person_id != toUUID('00000000-0000-0000-0000-000000000000')
        GROUP BY project_id, person_id, event_date
    ),
    firsts AS
    (
        SELECT project_id, person_id, min(event_date) AS first_date
        FROM analytics.fct_events
        WHERE is_counted
        GROUP BY project_id, person_id
    )
SELECT days.*, activity_date = first_date AS is_new
FROM days
LEFT ANY JOIN firsts ON days.project_id = firsts.project_id AND days.person_id = firsts.person_id
