-- The live rollup counts what raw.events holds, hour by hour.
select
    project_id,
    hour_at,
    sum(raw_count) as raw_event_count,
    sum(rollup_count) as rollup_event_count
from (
    select
        project_id,
        toStartOfHour(timestamp) as hour_at,
        count() as raw_count,
        0 as rollup_count
    from raw.events
    group by project_id, hour_at
    union all
    select
        project_id,
        hour_at,
        0 as raw_count,
        sum(event_count) as rollup_count
    from analytics.events_hourly
    group by project_id, hour_at
)
group by project_id, hour_at
having raw_event_count != rollup_event_count
order by project_id, hour_at
