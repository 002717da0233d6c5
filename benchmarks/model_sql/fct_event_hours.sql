SELECT project_id, event_hour, event_name, count() AS event_count, countIf(is_page_view) AS page_view_count
FROM analytics.fct_events
WHERE is_counted
GROUP BY project_id, event_hour, event_name
