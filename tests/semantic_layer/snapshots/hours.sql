SELECT
    t AS metric_time,
    ifNull(m0, 0) AS events
FROM
(
    SELECT *
    FROM
    (
        SELECT
            metric_time__hour AS t,
            toNullable(events_of_hours) AS m0
        FROM
        (
            SELECT
                metric_time__hour,
                COALESCE(__events_of_hours, 0) AS events_of_hours
            FROM
            (
                SELECT
                    metric_time__hour,
                    SUM(events_of_hours) AS __events_of_hours
                FROM
                (
                    SELECT
                        toStartOfHour(event_hour) AS metric_time__hour,
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
                WHERE (metric_time__hour >= toDateTime('2026-03-29 00:00:00', 'UTC')) AND (metric_time__hour < toDateTime('2026-03-30 00:00:00', 'UTC'))
                GROUP BY metric_time__hour
            ) AS subq_5
        )
        ORDER BY t ASC WITH FILL FROM toDateTime('2026-03-29 00:00:00', 'UTC') TO toDateTime('2026-03-30 00:00:00', 'UTC') STEP toIntervalHour(1)
    )
    WHERE t NOT IN toDateTime('2026-03-29 02:00:00', 'UTC')
)
ORDER BY
    t ASC,
    m0 DESC
LIMIT 10001
