SELECT path, count() AS page_views
FROM raw.events
WHERE project_id = {project:String} AND NOT is_bot AND event_name = 'page_view'
    AND timestamp >= toDateTime64({from:String}, 3, {zone:String})
    AND timestamp < toDateTime64({to:String}, 3, {zone:String})
GROUP BY path
ORDER BY page_views DESC, path
LIMIT 10
