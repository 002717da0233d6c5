{{ config(materialized='view') }}

with

states as (

    select * from {{ ref('int_events_hourly') }}

),

projects as (

    select * from {{ ref('int_projects') }}

)

select
    states.project_id as project_id,
    states.hour_at as hour_at,
    states.event_name as event_name,
    states.platform as platform,
    states.country as country,
    countMerge(states.event_count_state) as event_count,
    uniqMerge(states.unique_devices_state) as unique_devices
from states
where
    not states.is_bot
    or states.project_id in (
        select project_id from projects
        where include_bots
    )
group by project_id, hour_at, event_name, platform, country
