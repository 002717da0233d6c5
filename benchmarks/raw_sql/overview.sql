SELECT
    toString(events.day),
    people AS dau,
    sessions,
    events,
    people,
    page_views
FROM
(
    SELECT
        day,
        uniqExact(person) AS people,
        count() AS events,
        countIf(event_name = 'page_view') AS page_views
    FROM people
    WHERE day >= from_day AND day < to_day
    GROUP BY day
) AS events
LEFT ANY JOIN
(
    SELECT toDate(arrayJoin(starts), {zone:String}) AS day, count() AS sessions
    FROM
    (
        SELECT
            arraySort(groupArray(timestamp)) AS times,
            arrayPushFront(arrayPopBack(times), toDateTime64(0, 3, 'UTC')) AS times_before,
            arrayFilter(
                (time, before) -> time >= before + toIntervalMinute(30), times, times_before
            ) AS starts
        FROM people
        GROUP BY device
    )
    GROUP BY day
) AS sessions ON events.day = sessions.day
ORDER BY events.day
