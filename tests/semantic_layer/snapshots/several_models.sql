SELECT
    t AS metric_time,
    ifNull(m0, 0) AS events,
    ifNull(m1, 0) AS sessions
FROM
(
    SELECT
        t,
        max(m0) AS m0,
        max(m1) AS m1
    FROM
    (
        SELECT
            metric_time__month AS t,
            toNullable(events) AS m0,
            NULL AS m1
        FROM
        (
            SELECT
                metric_time__month,
                COALESCE(__events, 0) AS events
            FROM
            (
                SELECT
                    metric_time__month,
                    SUM(events) AS __events
                FROM
                (
                    SELECT
                        toStartOfHour(event_hour) AS metric_time__hour,
                        toStartOfMonth(toDate(event_hour)) AS metric_time__month,
                        event_date AS event__partition_date,
                        is_counted AS event__counted,
                        toUInt64(is_counted) AS events
                    FROM
                    (
                        SELECT
                            event_date,
                            event_hour,
                            is_counted
                        FROM analytics.fct_events
                        WHERE project_id = 'acme'
                    ) AS events_src_10000
                ) AS subq_2
                WHERE (metric_time__hour >= toDateTime('2026-03-24 00:00:00', 'UTC')) AND (metric_time__hour < toDateTime('2026-03-31 00:00:00', 'UTC')) AND (event__partition_date >= toDate('2026-03-24')) AND (event__partition_date < toDate('2026-03-31')) AND event__counted
                GROUP BY metric_time__month
            ) AS subq_5
        )
        UNION ALL
        SELECT
            metric_time__month AS t,
            NULL AS m0,
            toNullable(sessions) AS m1
        FROM
        (
            SELECT
                metric_time__month,
                COALESCE(__sessions, 0) AS sessions
            FROM
            (
                SELECT
                    metric_time__month,
                    SUM(sessions) AS __sessions
                FROM
                (
                    SELECT
                        toStartOfHour(session_hour) AS metric_time__hour,
                        toStartOfMonth(toDate(session_hour)) AS metric_time__month,
                        session_date AS session__partition_date,
                        1 AS sessions
                    FROM
                    (
                        SELECT
                            session_date,
                            session_hour
                        FROM analytics.fct_sessions
                        WHERE project_id = 'acme'
                    ) AS sessions_src_10000
                ) AS subq_2
                WHERE (metric_time__hour >= toDateTime('2026-03-24 00:00:00', 'UTC')) AND (metric_time__hour < toDateTime('2026-03-31 00:00:00', 'UTC')) AND (session__partition_date >= toDate('2026-03-24')) AND (session__partition_date < toDate('2026-03-31'))
                GROUP BY metric_time__month
            ) AS subq_5
        )
    )
    GROUP BY t
    ORDER BY t ASC WITH FILL FROM toDate('2026-03-01') TO toDate('2026-04-01') STEP toIntervalMonth(1)
)
ORDER BY
    t ASC,
    m0 DESC
LIMIT 10001
