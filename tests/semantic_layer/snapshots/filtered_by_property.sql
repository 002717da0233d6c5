SELECT
    nullIf(d0, '') AS `properties.plan`,
    ifNull(m0, 0) AS events
FROM
(
    SELECT
        event__property_0 AS d0,
        toNullable(events) AS m0
    FROM
    (
        SELECT
            event__property_0,
            COALESCE(__events, 0) AS events
        FROM
        (
            SELECT
                event__property_0,
                SUM(events) AS __events
            FROM
            (
                SELECT
                    toStartOfHour(event_hour) AS metric_time__hour,
                    country AS event__country,
                    event_date AS event__partition_date,
                    is_counted AS event__counted,
                    if(JSONType(properties, 'plan') = 'String', JSONExtractString(properties, 'plan'), if(JSONExtractRaw(properties, 'plan') = 'null', '', JSONExtractRaw(properties, 'plan'))) AS event__property_0,
                    if(JSONType(properties, 'seats') = 'String', JSONExtractString(properties, 'seats'), if(JSONExtractRaw(properties, 'seats') = 'null', '', JSONExtractRaw(properties, 'seats'))) AS event__property_1,
                    toUInt64(is_counted) AS events
                FROM
                (
                    SELECT
                        event_date,
                        event_hour,
                        country,
                        is_counted,
                        properties
                    FROM analytics.fct_events
                    WHERE project_id = 'acme'
                ) AS events_src_10000
            ) AS subq_2
            WHERE (metric_time__hour >= toDateTime('2026-03-24 00:00:00', 'UTC')) AND (metric_time__hour < toDateTime('2026-03-31 00:00:00', 'UTC')) AND (event__partition_date >= toDate('2026-03-24')) AND (event__partition_date < toDate('2026-03-31')) AND event__counted AND ifNull(toFloat64OrNull(event__property_1) >= 5, 0) AND (event__country NOT IN ('DE', 'it\'s'))
            GROUP BY event__property_0
        ) AS subq_5
    )
)
ORDER BY
    m0 DESC,
    d0 ASC
LIMIT 10001
