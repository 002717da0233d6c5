SELECT formatDateTime(hour, '%Y-%m-%dT%H:00:00', 'UTC') AS local_hour, events
FROM
(
    SELECT toDateTime(formatDateTime(start, '%Y-%m-%d %H:00:00', {zone:String}), 'UTC') AS hour, sum(count) AS events
    FROM
    (
        SELECT toStartOfHour(timestamp, {zone:String}) AS start, count() AS count
        FROM raw.events
        WHERE project_id = {project:String} AND NOT is_bot
            AND timestamp >= toDateTime64({from:String}, 3, {zone:String})
            AND timestamp < toDateTime64({to:String}, 3, {zone:String})
        GROUP BY start
    )
    GROUP BY hour
    ORDER BY hour WITH FILL STEP toIntervalHour(1)
)
