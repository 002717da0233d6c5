SELECT
    toString(counted_day),
    countIf(has(days, counted_day)) AS dau,
    countIf(arrayExists(day -> day > counted_day - 7 AND day <= counted_day, days)) AS wau,
    count() AS mau
FROM
(
    SELECT
        days,
        arrayJoin(
            arrayDistinct(arrayFlatten(arrayMap(day -> arrayMap(n -> day + n, range(30)), days)))
        ) AS counted_day
    FROM
    (
        SELECT groupUniqArray(day) AS days
        FROM people
        WHERE day > from_day - 30 AND day < to_day
        GROUP BY person
    )
)
WHERE counted_day >= from_day AND counted_day < to_day
GROUP BY counted_day
ORDER BY counted_day
