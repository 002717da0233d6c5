WITH
    spans AS
    (
        SELECT project_id, min(activity_date) AS first_date, max(activity_date) AS last_date
        FROM analytics.active_users_daily
        GROUP BY project_id
    ),
    persons AS
    (
        SELECT project_id, groupArray(activity_date) AS days, min(activity_date) AS first_day
        FROM analytics.fct_person_days
        GROUP BY project_id, person_id
    ),
    counted AS
    (
        SELECT
            project_id,
            days,
            first_day,
            arrayJoin(
                arrayDistinct(arrayFlatten(arrayMap(day -> arrayMap(n -> day + n, range(30)), days)))
            ) AS activity_date
        FROM persons
    )
SELECT
    project_id,
    activity_date,
    countIf(has(days, activity_date)) AS dau,
    countIf(arrayExists(day -> day > activity_date - 7 AND day <= activity_date, days)) AS wau,
    count() AS mau,
    dau / mau AS stickiness,
    countIf(first_day = activity_date) AS new_users,
    dau - new_users AS returning_users
FROM counted
LEFT ANY JOIN spans USING (project_id)
WHERE activity_date <= last_date
GROUP BY project_id, activity_date
