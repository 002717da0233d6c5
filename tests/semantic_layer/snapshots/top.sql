SELECT
    nullIf(d0, '') AS path,
    ifNull(m0, 0) AS page_views
FROM
(
    SELECT
        page_day__path AS d0,
        toNullable(path_views) AS m0
    FROM
    (
        SELECT *
        FROM
        (
            SELECT
                page_day__path,
                COALESCE(__path_views, 0) AS path_views
            FROM
            (
                SELECT
                    page_day__path,
                    SUM(path_views) AS __path_views
                FROM
                (
                    SELECT
                        toDate(page_date) AS metric_time__day,
                        path AS page_day__path,
                        page_date AS page_day__partition_date,
                        page_view_count AS path_views
                    FROM
                    (
                        SELECT
                            page_date,
                            path,
                            page_view_count
                        FROM analytics.fct_pages_daily
                        WHERE project_id = 'acme'
                    ) AS pages_src_10000
                ) AS subq_2
                WHERE (metric_time__day >= toDate('2026-03-24')) AND (metric_time__day < toDate('2026-03-31')) AND (page_day__partition_date >= toDate('2026-03-24')) AND (page_day__partition_date < toDate('2026-03-31'))
                GROUP BY page_day__path
            ) AS subq_5
        )
        WHERE path_views != 0
    )
)
ORDER BY
    m0 DESC,
    d0 ASC
LIMIT 5
