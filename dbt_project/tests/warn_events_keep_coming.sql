{{ config(severity='warn') }}

-- Events that came 40 times or more in four weeks and not in the week since, though others of
-- their project did: renamed, or no longer sent. Ten a week leave a week out by chance once in
-- 22,000.

with

recent as (

    select
        project_id,
        event_name,
        sumIf(
            event_count, hour_at <= {{ current_instant() }} - interval 7 day
        ) as before_count,
        sumIf(
            event_count, hour_at > {{ current_instant() }} - interval 7 day
        ) as last_week_count
    from {{ ref('fct_hourly') }}
    where
        hour_at > {{ current_instant() }} - interval 35 day
        and hour_at <= {{ current_instant() }}
    group by project_id, event_name

),

active as (

    select project_id from recent
    group by project_id
    having sum(last_week_count) > 0

)

select
    project_id,
    event_name,
    before_count
from recent
where
    last_week_count = 0
    and before_count >= 40
    and project_id in (select project_id from active)
