{{ config(order_by='(project_id, funnel_id, entry_date, step_index)') }}

with

attempts as (

    select * from {{ ref('int_funnel_attempts') }}

),

steps as (

    select * from {{ ref('stg_funnel_steps') }}

),

days as (

    select
        project_id,
        funnel_id,
        entry_date,
        groupArray(length(reached_at)) as depths
    from attempts
    group by project_id, funnel_id, entry_date

),

counted as (

    select
        days.project_id as project_id,
        days.funnel_id as funnel_id,
        days.entry_date as entry_date,
        steps.step_index as step_index,
        steps.step_name as step_name,
        toUInt64(length(days.depths)) as entered_count,
        toUInt64(arrayCount(depth -> depth >= step_index, days.depths))
            as person_count,
        toUInt64(arrayCount(depth -> depth >= step_index - 1, days.depths))
            as previous_count
    from days
    inner join steps
        on days.project_id = steps.project_id
            and days.funnel_id = steps.funnel_id

)

select
    project_id,
    funnel_id,
    entry_date,
    step_index,
    step_name,
    person_count,
    person_count / entered_count as conversion_from_start,
    if(previous_count = 0, 0, person_count / previous_count)
        as conversion_from_previous
from counted
