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
            toNullable(events) AS m0
        FROM
        (
            SELECT
                metric_time__hour,
                COALESCE(__events, 0) AS events
            FROM
            (
                SELECT
                    metric_time__hour,
                    SUM(events) AS __events
                FROM
                (
                    SELECT
                        toStartOfHour(event_hour) AS metric_time__hour,
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
                WHERE (metric_time__hour >= toDateTime('2026-03-29 00:00:00', 'UTC')) AND (metric_time__hour < toDateTime('2026-03-30 00:00:00', 'UTC')) AND (event__partition_date >= toDate('2026-03-29')) AND (event__partition_date < toDate('2026-03-30')) AND event__counted
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
