SELECT
    t AS metric_time,
    ifNull(m0, 0) AS people
FROM
(
    SELECT
        metric_time__day AS t,
        toNullable(people_of_day) AS m0
    FROM
    (
        SELECT
            metric_time__day,
            COALESCE(__people_of_day, 0) AS people_of_day
        FROM
        (
            SELECT
                metric_time__day,
                SUM(people_of_day) AS __people_of_day
            FROM
            (
                SELECT
                    toDate(activity_date) AS metric_time__day,
                    dau AS people_of_day
                FROM
                (
                    SELECT
                        activity_date,
                        dau
                    FROM analytics.active_users_daily
                    WHERE project_id = 'acme'
                ) AS active_users_src_10000
            ) AS subq_2
            WHERE (metric_time__day >= toDate('2026-03-24')) AND (metric_time__day < toDate('2026-03-31'))
            GROUP BY metric_time__day
        ) AS subq_5
    )
    ORDER BY t ASC WITH FILL FROM toDate('2026-03-24') TO toDate('2026-03-31') STEP toIntervalDay(1)
)
ORDER BY
    t ASC,
    m0 DESC
LIMIT 10001
