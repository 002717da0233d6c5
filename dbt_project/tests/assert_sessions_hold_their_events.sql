-- The events of all sessions together are the counted events with a device.

with

sessions as (

    select
        project_id,
        sum(event_count) as event_count
    from {{ ref('fct_sessions') }}
    group by project_id

),

events as (

    select
        project_id,
        countIf(is_counted and device_id != '') as event_count
    from {{ ref('fct_events') }}
    group by project_id

)

select
    events.project_id as project_id,
    events.event_count as expected_count,
    sessions.event_count as found_count
from events
left join sessions on events.project_id = sessions.project_id
where events.event_count != sessions.event_count
