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
                    session__channel AS d0,
                    toNullable(sessions) AS m0
                FROM
                (
                    SELECT
                        metric_time__week,
                        session__channel,
                        COALESCE(__sessions, 0) AS sessions
                    FROM
                    (
                        SELECT
                            metric_time__week,
                            session__channel,
                            SUM(sessions) AS __sessions
                        FROM
                        (
                            SELECT
                                toStartOfHour(session_hour) AS metric_time__hour,
                                toDate(session_hour) - (((toDayOfWeek(session_hour) + 7) - 1) % 7) AS metric_time__week,
                                channel AS session__channel,
                                session_date AS session__partition_date,
                                1 AS sessions
                            FROM
                            (
                                SELECT
                                    session_date,
                                    session_hour,
                                    channel
                                FROM analytics.fct_sessions
                                WHERE project_id = 'acme'
                            ) AS sessions_src_10000
                        ) AS subq_2
                        WHERE (metric_time__hour >= toDateTime('2026-03-24 00:00:00', 'UTC')) AND (metric_time__hour < toDateTime('2026-03-31 00:00:00', 'UTC')) AND (session__partition_date >= toDate('2026-03-24')) AND (session__partition_date < toDate('2026-03-31'))
                        GROUP BY
                            metric_time__week,
                            session__channel
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
