SELECT
    nullIf(d0, '') AS country,
    ifNull(m0, 0) AS dau
FROM
(
    SELECT
        event__country AS d0,
        toNullable(mean) AS m0
    FROM
    (
        WITH
            days AS
            (
                SELECT count() AS days
                FROM
                (
                    SELECT activity_date
                    FROM analytics.active_users_daily
                    WHERE project_id = 'acme'
                ) AS active_users_daily
                WHERE (activity_date >= toDate('2026-03-24')) AND (activity_date < toDate('2026-03-31'))
            )
        SELECT
            event__country,
            sum(people) / any(days) AS mean
        FROM
        (
            SELECT
                event__country,
                people
            FROM
            (
                SELECT
                    metric_time__day,
                    event__country,
                    COALESCE(__people, 0) AS people
                FROM
                (
                    SELECT
                        metric_time__day,
                        event__country,
                        COUNTDistinct(people) AS __people
                    FROM
                    (
                        SELECT
                            toStartOfHour(event_hour) AS metric_time__hour,
                            toDate(event_hour) AS metric_time__day,
                            country AS event__country,
                            event_date AS event__partition_date,
                            is_counted AS event__counted,
                            if(is_counted, nullIf(person_id, toUUID('00000000-0000-0000-0000-000000000000')), NULL) AS people
                        FROM
                        (
                            SELECT
                                person_id,
                                event_date,
                                event_hour,
                                country,
                                is_counted
                            FROM analytics.fct_events
                            WHERE project_id = 'acme'
                        ) AS events_src_10000
                    ) AS subq_2
                    WHERE (metric_time__hour >= toDateTime('2026-03-24 00:00:00', 'UTC')) AND (metric_time__hour < toDateTime('2026-03-31 00:00:00', 'UTC')) AND (event__partition_date >= toDate('2026-03-24')) AND (event__partition_date < toDate('2026-03-31')) AND event__counted
                    GROUP BY
                        metric_time__day,
                        event__country
                ) AS subq_5
            )
        ) AS daily
        CROSS JOIN days
        GROUP BY event__country
    )
)
ORDER BY
    m0 DESC,
    d0 ASC
LIMIT 10001
