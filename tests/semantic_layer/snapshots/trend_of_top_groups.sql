SELECT
    t AS metric_time,
    nullIf(d0, '') AS channel,
    ifNull(m0, 0) AS sessions
FROM
(
    SELECT
        t,
        d0,
        m0
    FROM
    (
        SELECT
            *,
            dense_rank() OVER (ORDER BY total DESC, d0 ASC) AS place
        FROM
        (
            SELECT
                *,
                sum(ifNull(m0, 0)) OVER (PARTITION BY d0) AS total
            FROM
            (
                SELECT
                    metric_time__week AS t,
                    campaign_day__channel AS d0,
                    toNullable(attributed_sessions) AS m0
                FROM
                (
                    SELECT
                        metric_time__week,
                        campaign_day__channel,
                        COALESCE(__attributed_sessions, 0) AS attributed_sessions
                    FROM
                    (
                        SELECT
                            metric_time__week,
                            campaign_day__channel,
                            SUM(attributed_sessions) AS __attributed_sessions
                        FROM
                        (
                            SELECT
                                toDate(session_date) AS metric_time__day,
                                toDate(session_date) - (((toDayOfWeek(session_date) + 7) - 1) % 7) AS metric_time__week,
                                channel AS campaign_day__channel,
                                session_date AS campaign_day__partition_date,
                                session_count AS attributed_sessions
                            FROM
                            (
                                SELECT
                                    session_date,
                                    channel,
                                    session_count
                                FROM analytics.fct_campaigns_daily
                                WHERE project_id = 'acme'
                            ) AS campaigns_src_10000
                        ) AS subq_2
                        WHERE (metric_time__day >= toDate('2026-03-24')) AND (metric_time__day < toDate('2026-03-31')) AND (campaign_day__partition_date >= toDate('2026-03-24')) AND (campaign_day__partition_date < toDate('2026-03-31'))
                        GROUP BY
                            metric_time__week,
                            campaign_day__channel
                    ) AS subq_5
                )
            )
        )
    )
    WHERE place <= 3
    ORDER BY
        d0 ASC,
        t ASC WITH FILL FROM toDate('2026-03-23') TO toDate('2026-04-06') STEP toIntervalDay(7)
)
ORDER BY
    t ASC,
    m0 DESC,
    d0 ASC
LIMIT 10001
