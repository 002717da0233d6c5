SELECT
    t AS metric_time,
    ifNull(m0, 0) AS people
FROM
(
    SELECT
        metric_time__day AS t,
        toNullable(people) AS m0
    FROM
    (
        SELECT
            metric_time__day,
            COALESCE(__people, 0) AS people
        FROM
        (
            SELECT
                metric_time__day,
                COUNTDistinct(people) AS __people
            FROM
            (
                SELECT
                    toStartOfHour(event_hour) AS metric_time__hour,
                    toDate(event_hour) AS metric_time__day,
                    event_date AS event__partition_date,
                    is_counted AS event__counted,
                    if(is_counted, nullIf(person_id, toUUID('00000000-0000-0000-0000-000000000000')), NULL) AS people
                FROM
                (
                    SELECT
                        person_id,
                        event_date,
                        event_hour,
                        is_counted
                    FROM analytics.fct_events
                    WHERE project_id = 'acme'
                ) AS events_src_10000
            ) AS subq_2
            WHERE (metric_time__hour >= toDateTime('2026-03-24 00:00:00', 'UTC')) AND (metric_time__hour < toDateTime('2026-03-31 00:00:00', 'UTC')) AND (event__partition_date >= toDate('2026-03-24')) AND (event__partition_date < toDate('2026-03-31')) AND event__counted
            GROUP BY metric_time__day
        ) AS subq_5
    )
    ORDER BY t ASC WITH FILL FROM toDate('2026-03-24') TO toDate('2026-03-31') STEP toIntervalDay(1)
)
ORDER BY
    t ASC,
    m0 DESC
LIMIT 10001
