{{ config(materialized='view') }}

with

sessions as (

    select * from {{ ref('fct_sessions') }}

),

paths as (

    select
        project_id,
        session_id,
        person_id,
        session_date,
        'event' as step_kind,
        cast(event_path, 'Array(String)') as steps
    from sessions

    union all

    select
        project_id,
        session_id,
        person_id,
        session_date,
        'page' as step_kind,
        page_path as steps
    from sessions

),

numbered as (

    select
        *,
        arrayJoin(arrayEnumerate(steps)) as place
    from paths

)

select
    project_id,
    session_id,
    person_id,
    session_date,
    step_kind,
    toUInt8(place) as step_number,
    steps[place - 1] as previous_step,
    steps[place] as step,
    steps[place + 1] as next_step
from numbered
