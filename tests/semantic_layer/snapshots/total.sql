SELECT ifNull(m0, 0) AS events
FROM
(
    SELECT toNullable(events_of_hours) AS m0
    FROM
    (
        SELECT COALESCE(__events_of_hours, 0) AS events_of_hours
        FROM
        (
            SELECT SUM(events_of_hours) AS __events_of_hours
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
            WHERE (metric_time__hour >= toDateTime('2026-03-24 00:00:00', 'UTC')) AND (metric_time__hour < toDateTime('2026-03-31 00:00:00', 'UTC'))
        ) AS subq_5
    )
)
LIMIT 10001
