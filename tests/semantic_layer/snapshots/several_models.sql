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
            toNullable(events_of_hours) AS m0,
            NULL AS m1
        FROM
        (
            SELECT
                metric_time__month,
                COALESCE(__events_of_hours, 0) AS events_of_hours
            FROM
            (
                SELECT
                    metric_time__month,
                    SUM(events_of_hours) AS __events_of_hours
                FROM
                (
                    SELECT
                        toStartOfHour(event_hour) AS metric_time__hour,
                        toStartOfMonth(toDate(event_hour)) AS metric_time__month,
                        event_count AS events_of_hours
                    FROM
                    (
                        SELECT
                            event_hour,
                            event_count
                        FROM analytics.fct_event_hours
                        WHERE project_id = 'acme'
                    ) AS event_hours_src_10000
                ) AS subq_2
                WHERE (metric_time__hour >= toDateTime('2026-03-24 00:00:00', 'UTC')) AND (metric_time__hour < toDateTime('2026-03-31 00:00:00', 'UTC'))
                GROUP BY metric_time__month
            ) AS subq_5
        )
        UNION ALL
        SELECT
            metric_time__month AS t,
            NULL AS m0,
            toNullable(attributed_sessions) AS m1
        FROM
        (
            SELECT
                metric_time__month,
                COALESCE(__attributed_sessions, 0) AS attributed_sessions
            FROM
            (
                SELECT
                    metric_time__month,
                    SUM(attributed_sessions) AS __attributed_sessions
                FROM
                (
                    SELECT
                        toDate(session_date) AS metric_time__day,
                        toStartOfMonth(toDate(session_date)) AS metric_time__month,
                        session_date AS campaign_day__partition_date,
                        session_count AS attributed_sessions
                    FROM
                    (
                        SELECT
                            session_date,
                            session_count
                        FROM analytics.fct_campaigns_daily
                        WHERE project_id = 'acme'
                    ) AS campaigns_src_10000
                ) AS subq_2
                WHERE (metric_time__day >= toDate('2026-03-24')) AND (metric_time__day < toDate('2026-03-31')) AND (campaign_day__partition_date >= toDate('2026-03-24')) AND (campaign_day__partition_date < toDate('2026-03-31'))
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
