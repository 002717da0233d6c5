SELECT
    nullIf(d0, '') AS path,
    ifNull(m0, 0) AS page_views
FROM
(
    SELECT
        event__path AS d0,
        toNullable(page_views) AS m0
    FROM
    (
        SELECT
            event__path,
            COALESCE(__page_views, 0) AS page_views
        FROM
        (
            SELECT
                event__path,
                SUM(page_views) AS __page_views
            FROM
            (
                SELECT
                    toStartOfHour(event_hour) AS metric_time__hour,
                    path AS event__path,
                    event_date AS event__partition_date,
                    is_counted AS event__counted,
                    toUInt64(is_counted AND is_page_view) AS page_views
                FROM
                (
                    SELECT
                        event_date,
                        event_hour,
                        path,
                        is_counted,
                        is_page_view
                    FROM analytics.fct_events
                    WHERE project_id = 'acme'
                ) AS events_src_10000
            ) AS subq_2
            WHERE (metric_time__hour >= toDateTime('2026-03-24 00:00:00', 'UTC')) AND (metric_time__hour < toDateTime('2026-03-31 00:00:00', 'UTC')) AND (event__partition_date >= toDate('2026-03-24')) AND (event__partition_date < toDate('2026-03-31')) AND event__counted
            GROUP BY event__path
        ) AS subq_5
    )
)
ORDER BY
    m0 DESC,
    d0 ASC
LIMIT 5
