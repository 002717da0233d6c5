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
        count() as entered_count,
        sumForEach(arrayMap(
            reached -> toUInt64(reached is not null), reached_at
        )) as taken_counts
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
        days.entered_count as entered_count,
        days.taken_counts[steps.step_index] as person_count,
        days.taken_counts[steps.compared_step] as compared_count
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
    if(compared_count = 0, null, person_count / compared_count)
        as conversion_from_previous
from counted
