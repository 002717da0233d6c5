{{ config(severity='warn') }}

-- Steps of saved funnels whose event has never happened: a misspelt name, or none yet.

with

steps as (

    select * from {{ ref('stg_funnel_steps') }}

),

events as (

    select distinct
        toString(project_id) as project_id,
        toString(event_name) as event_name
    from {{ ref('fct_hourly') }}

)

select
    steps.project_id as project_id,
    steps.funnel_id as funnel_id,
    steps.step_index as step_index,
    steps.event_name as event_name
from steps
left join events
    on steps.project_id = events.project_id
        and steps.event_name = events.event_name
where events.event_name = ''
