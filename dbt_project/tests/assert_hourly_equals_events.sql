-- The hourly fact counts the events of fct_events.

with

hours as (

    select
        project_id,
        sum(event_count) as event_count
    from {{ ref('fct_hourly') }}
    group by project_id

),

events as (

    select
        project_id,
        countIf(is_counted) as event_count
    from {{ ref('fct_events') }}
    group by project_id

)

select
    events.project_id as project_id,
    events.event_count as expected_count,
    hours.event_count as found_count
from events
left join hours on events.project_id = hours.project_id
where events.event_count != hours.event_count
