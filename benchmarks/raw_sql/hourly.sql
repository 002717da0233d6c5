SELECT
    formatDateTime(toStartOfHour(timestamp, {zone:String}), '%Y-%m-%dT%H:00:00', {zone:String}) AS hour,
    count() AS events
FROM raw.events
WHERE project_id = {project:String} AND NOT is_bot
    AND timestamp >= toDateTime64({from:String}, 3, {zone:String})
    AND timestamp < toDateTime64({to:String}, 3, {zone:String})
GROUP BY hour
ORDER BY hour
