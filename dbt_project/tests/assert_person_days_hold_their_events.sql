-- The events of all person days together are the counted events that have a person.

with

person_days as (

    select
        project_id,
        sum(event_count) as event_count
    from {{ ref('fct_person_days') }}
    group by project_id

),

events as (

    select
        project_id,
        countIf(is_counted and person_id != {{ nil_uuid() }}) as event_count
    from {{ ref('fct_events') }}
    group by project_id

)

select
    events.project_id as project_id,
    events.event_count as expected_count,
    person_days.event_count as found_count
from events
left join person_days on events.project_id = person_days.project_id
where events.event_count != person_days.event_count
