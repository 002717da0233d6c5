-- Who is active on a day counts from it on for 7 and for 30 days, or until active again.
WITH
    changes AS
    (
        SELECT
            project_id,
            change.1 AS activity_date,
            sum(change.2) AS dau,
            sum(change.3) AS weekly,
            sum(change.4) AS monthly,
            sum(change.5) AS new_users
        FROM
        (
            SELECT
                project_id,
                arrayJoin(
                    [
                        (day, 1, 1, 1, number = 1),
                        (least(day + 7, next), 0, -1, 0, 0),
                        (least(day + 30, next), 0, 0, -1, 0)
                    ]
                ) AS change
            FROM intermediate.int_active_days
            ARRAY JOIN
                active_dates AS day,
                arrayPushBack(arrayPopFront(active_dates), toDate('2149-06-06')) AS next,
                arrayEnumerate(active_dates) AS number
        )
        GROUP BY project_id, activity_date
    ),
    spans AS
    (
        SELECT project_id, min(active_dates[1]) AS first_day, max(active_dates[-1]) AS last_day
        FROM intermediate.int_active_days
        GROUP BY project_id
    ),
    zones AS
    (
        SELECT
            project_id,
            toDate(present + toIntervalSecond(arrayLast(change -> change.1 <= present, utc_offsets).2)) AS today
        FROM intermediate.int_projects
    ),
    days AS
    (
        SELECT
            project_id,
            greatest(last_day, least(last_day + 29, today)) AS end,
            first_day + arrayJoin(range(toUInt32(end - first_day) + 1)) AS activity_date
        FROM spans
        INNER JOIN zones USING (project_id)
    )
SELECT
    project_id,
    activity_date,
    dau,
    sum(weekly) OVER running AS wau,
    sum(monthly) OVER running AS mau,
    if(mau = 0, 0, dau / mau) AS stickiness,
    new_users,
    dau - new_users AS returning_users
FROM days
LEFT JOIN changes USING (project_id, activity_date)
WINDOW running AS (PARTITION BY project_id ORDER BY activity_date)
