{{ config(order_by='(project_id, funnel_id, entry_date, person_id, step_index)') }}

with

attempts as (

    select * from {{ ref('int_funnel_attempts') }}

),

steps as (

    select * from {{ ref('stg_funnel_steps') }}

),

reached as (

    select
        project_id,
        funnel_id,
        person_id,
        entry_date,
        reached_at[1] as entered_at,
        arrayJoin(
            arrayZip(
                arrayEnumerate(reached_at),
                reached_at,
                arrayPushFront(arrayPopBack(reached_at), reached_at[1])
            )
        ) as step,
        toUInt8(step.1) as step_index,
        step.2 as step_reached_at,
        step.3 as previous_reached_at
    from attempts

)

select
    reached.project_id as project_id,
    reached.funnel_id as funnel_id,
    reached.person_id as person_id,
    reached.entry_date as entry_date,
    reached.entered_at as entered_at,
    reached.step_index as step_index,
    steps.step_name as step_name,
    reached.step_reached_at as reached_at,
    dateDiff(
        'millisecond', reached.previous_reached_at, reached.step_reached_at
    ) / 1000 as seconds_from_previous
from reached
inner join steps
    on reached.project_id = steps.project_id
        and reached.funnel_id = steps.funnel_id
        and reached.step_index = steps.step_index
