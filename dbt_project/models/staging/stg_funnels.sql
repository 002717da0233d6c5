with

definitions as (

    select * from {{ source('raw', 'funnel_definitions') }} final

)

select
    project_id,
    funnel_id,
    name as funnel_name,
    counted_by,
    attempts_sql,
    step_names,
    step_events,
    compared_steps,
    toUInt8(length(step_names)) as step_count,
    toBool(attempts_sql != '') as is_valid,
    problem
from definitions
