-- fct_events holds each event of raw.events up to the last load of the build, once.

with

raw_events as (

    select
        project_id,
        count() as event_count
    from {{ source('raw', 'events') }}
    where load_id <= {{ window_value('hi') }}
    group by project_id

),

built_events as (

    select
        project_id,
        count() as event_count
    from {{ ref('fct_events') }}
    group by project_id

)

select
    raw_events.project_id as project_id,
    raw_events.event_count as raw_count,
    built_events.event_count as built_count
from raw_events
full join built_events on raw_events.project_id = built_events.project_id
where raw_events.event_count != built_events.event_count
