with

funnels as (

    select * from {{ ref('stg_funnels') }}

),

numbered as (

    select
        *,
        toUInt8(arrayJoin(arrayEnumerate(step_names))) as step_index
    from funnels

)

select
    project_id,
    funnel_id,
    step_index,
    step_names[step_index] as step_name,
    step_events[step_index] as event_name,
    compared_steps[step_index] as compared_step
from numbered
