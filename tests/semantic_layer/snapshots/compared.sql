SELECT
    t AS metric_time,
    ifNull(m0, 0) AS revenue,
    ifNull(p0, 0) AS revenue_previous,
    toFloat64(ifNull(m0, 0) - ifNull(p0, 0)) / nullIf(toFloat64(ifNull(p0, 0)), 0) AS revenue_change
FROM
(
    SELECT
        t,
        max(m0) AS m0,
        max(p0) AS p0
    FROM
    (
        SELECT
            metric_time__day AS t,
            toNullable(revenue) AS m0,
            NULL AS p0
        FROM
        (
            SELECT
                metric_time__day,
                COALESCE(__revenue, 0) AS revenue
            FROM
            (
                SELECT
                    metric_time__day,
                    SUM(revenue) AS __revenue
                FROM
                (
                    SELECT
                        toStartOfHour(event_hour) AS metric_time__hour,
                        toDate(event_hour) AS metric_time__day,
                        event_date AS event__partition_date,
                        is_counted AS event__counted,
                        if(is_counted AND (NOT is_refund), revenue, 0) AS revenue
                    FROM
                    (
                        SELECT
                            event_date,
                            event_hour,
                            is_counted,
                            is_refund,
                            revenue
                        FROM analytics.fct_events
                        WHERE project_id = 'acme'
                    ) AS events_src_10000
                ) AS subq_2
                WHERE (metric_time__hour >= toDateTime('2026-03-24 00:00:00', 'UTC')) AND (metric_time__hour < toDateTime('2026-03-31 00:00:00', 'UTC')) AND (event__partition_date >= toDate('2026-03-24')) AND (event__partition_date < toDate('2026-03-31')) AND event__counted
                GROUP BY metric_time__day
            ) AS subq_5
        )
        UNION ALL
        SELECT
            arrayElement(arrayMap(day -> toDate(day), [20536, 20537, 20538, 20539, 20540, 20541, 20542]), indexOf(arrayMap(day -> toDate(day), [20529, 20530, 20531, 20532, 20533, 20534, 20535]), metric_time__day)) AS t,
            NULL AS m0,
            toNullable(revenue) AS p0
        FROM
        (
            SELECT
                metric_time__day,
                COALESCE(__revenue, 0) AS revenue
            FROM
            (
                SELECT
                    metric_time__day,
                    SUM(revenue) AS __revenue
                FROM
                (
                    SELECT
                        toStartOfHour(event_hour) AS metric_time__hour,
                        toDate(event_hour) AS metric_time__day,
                        event_date AS event__partition_date,
                        is_counted AS event__counted,
                        if(is_counted AND (NOT is_refund), revenue, 0) AS revenue
                    FROM
                    (
                        SELECT
                            event_date,
                            event_hour,
                            is_counted,
                            is_refund,
                            revenue
                        FROM analytics.fct_events
                        WHERE project_id = 'acme'
                    ) AS events_src_10000
                ) AS subq_2
                WHERE (metric_time__hour >= toDateTime('2026-03-17 00:00:00', 'UTC')) AND (metric_time__hour < toDateTime('2026-03-24 00:00:00', 'UTC')) AND (event__partition_date >= toDate('2026-03-17')) AND (event__partition_date < toDate('2026-03-24')) AND event__counted
                GROUP BY metric_time__day
            ) AS subq_5
        )
        WHERE has(arrayMap(day -> toDate(day), [20529, 20530, 20531, 20532, 20533, 20534, 20535]), metric_time__day)
    )
    GROUP BY t
    ORDER BY t ASC WITH FILL FROM toDate('2026-03-24') TO toDate('2026-03-31') STEP toIntervalDay(1)
)
ORDER BY
    t ASC,
    m0 DESC
LIMIT 10001
