SELECT
    toString(first_day),
    if(first_day + 1 < {today:Date}, countIf(has(days, first_day + 1)) / count(), NULL) AS day_1_retention,
    if(first_day + 7 < {today:Date}, countIf(has(days, first_day + 7)) / count(), NULL) AS day_7_retention,
    if(first_day + 30 < {today:Date}, countIf(has(days, first_day + 30)) / count(), NULL) AS day_30_retention
FROM
(
    SELECT min(day) AS first_day, groupUniqArray(day) AS days
    FROM people
    GROUP BY person
    HAVING first_day >= from_day AND first_day < to_day
)
GROUP BY first_day
ORDER BY first_day
