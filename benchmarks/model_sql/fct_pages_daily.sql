WITH
    ends AS
    (
        SELECT
            project_id,
            session_date,
            arrayJoin([(entry_path, 1), (exit_path, 0)]) AS end,
            countIf(end.2 = 1) AS entrances,
            countIf(end.2 = 0) AS exits,
            countIf(end.2 = 1 AND is_bounce) AS bounces,
            sumIf(toUInt64(round(engaged_seconds * 1000)), end.2 = 1) AS engaged_ms
        FROM analytics.fct_sessions
        WHERE page_view_count > 0
        GROUP BY project_id, session_date, end
    )
SELECT
    project_id,
    page_date,
    path,
    sum(views) AS page_view_count,
    sum(persons) AS person_count,
    sum(sessions) AS session_count,
    sum(entrances) AS entrance_count,
    sum(exits) AS exit_count,
    sum(bounces) AS bounce_count,
    sum(engaged_ms) / 1000 AS entrance_engaged_seconds
FROM
(
    SELECT
        project_id, page_date, path, page_view_count AS views, person_count AS persons, session_count AS sessions,
        0 AS entrances, 0 AS exits, 0 AS bounces, 0 AS engaged_ms
    FROM intermediate.int_page_views_daily
    UNION ALL
    SELECT project_id, session_date, end.1, 0, 0, 0, entrances, exits, bounces, engaged_ms FROM ends
)
GROUP BY project_id, page_date, path
