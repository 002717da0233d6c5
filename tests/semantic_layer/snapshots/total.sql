SELECT ifNull(m0, 0) AS events
FROM
(
    SELECT toNullable(events) AS m0
    FROM
    (
        SELECT COALESCE(__events, 0) AS events
        FROM
        (
            SELECT SUM(events) AS __events
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
            WHERE (metric_time__hour >= toDateTime('2026-03-24 00:00:00', 'UTC')) AND (metric_time__hour < toDateTime('2026-03-31 00:00:00', 'UTC')) AND (event__partition_date >= toDate('2026-03-24')) AND (event__partition_date < toDate('2026-03-31')) AND event__counted
        ) AS subq_5
    )
)
LIMIT 10001
