WITH
    kept AS
    (
        SELECT
            project_id,
            arrayJoin(arrayFilter((day, gap) -> gap = 1, active_dates, arrayDifference(active_dates))) AS day,
            count() AS persons
        FROM intermediate.int_active_days
        GROUP BY project_id, day
    ),
    daily AS
    (
        SELECT
            project_id,
            activity_date,
            dau,
            new_users,
            kept.persons AS returning,
            lagInFrame(dau) OVER (PARTITION BY project_id ORDER BY activity_date) AS dau_before
        FROM analytics.active_users_daily
        LEFT ANY JOIN kept ON project_id = kept.project_id AND activity_date = day
    )
SELECT project_id, activity_date, counted.1 AS state, counted.2 AS person_count
FROM daily
ARRAY JOIN
    [
        ('new', new_users),
        ('returning', returning),
        ('resurrected', toUInt64(dau - new_users - returning)),
        ('dormant', toUInt64(dau_before - returning))
    ] AS counted
