-- The live rollup counts what raw.events holds, hour by hour, bots included. Loads up to the pinned
-- one enter it with a build, later ones at once.
with
    (select max(hi) from intermediate.int_load_commits) as committed_load,
    (select max(load_id) from intermediate.hourly_pinned_load) as pinned_load
select
    project_id,
    hour_at,
    sum(raw_count) as raw_event_count,
    sum(rollup_count) as rollup_event_count
from (
    select
        project_id,
        toStartOfHour(toDateTime(timestamp, 'UTC')) as hour_at,
        count() as raw_count,
        0 as rollup_count
    from raw.events
    where load_id <= committed_load or load_id > pinned_load
    group by project_id, hour_at
    union all
    select
        project_id,
        hour_at,
        0 as raw_count,
        countMerge(event_count_state) as rollup_count
    from intermediate.int_events_hourly
    group by project_id, hour_at
)
group by project_id, hour_at
having raw_event_count != rollup_event_count
order by project_id, hour_at
