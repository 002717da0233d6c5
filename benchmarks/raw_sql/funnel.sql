SELECT arrayJoin([1, 2, 3]) AS step, countIf(level >= step) AS people
FROM
(
    SELECT
        windowFunnel(1209600000)(
            toUInt64(toUnixTimestamp64Milli(timestamp)),
            event_name = {step_1:String} AND day < to_day,
            event_name = {step_2:String},
            event_name = {step_3:String}
        ) AS level
    FROM people
    WHERE event_name IN ({step_1:String}, {step_2:String}, {step_3:String})
        AND day >= from_day AND day <= to_day + 14
    GROUP BY person
)
GROUP BY step
ORDER BY step
