-- The live rollup holds at least the loads of this build and at most what has arrived.

with

states as (

    select
        project_id,
        countMerge(event_count_state) as event_count
    from {{ ref('int_events_hourly') }}
    group by project_id

),

raw_events as (

    select
        project_id,
        countIf(load_id <= {{ window_value('hi') }}) as built_count,
        count() as raw_count
    from {{ source('raw', 'events') }}
    group by project_id

)

select
    raw_events.project_id as project_id,
    states.event_count as found_count,
    raw_events.built_count as least_count,
    raw_events.raw_count as most_count
from raw_events
left join states on raw_events.project_id = states.project_id
where states.event_count not between raw_events.built_count and raw_events.raw_count
