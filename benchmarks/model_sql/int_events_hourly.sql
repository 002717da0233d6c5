SELECT
    project_id,
    toStartOfHour(toDateTime(occurred_at, 'UTC')) AS hour_at,
    event_name,
    platform,
    country,
    is_bot,
    countState() AS event_count_state,
    uniqStateIf(device_id, device_id != '') AS unique_devices_state
FROM staging.stg_events
GROUP BY project_id, hour_at, event_name, platform, country, is_bot
