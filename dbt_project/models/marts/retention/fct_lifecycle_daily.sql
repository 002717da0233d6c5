{{ config(order_by='(project_id, activity_date, state)') }}

-- Who was active on two days running is the only figure that active_users_daily lacks:
-- the rest of the active are new or resurrected, the rest of yesterday's are dormant.

with

active_users as (

    select * from {{ ref('active_users_daily') }}

),

persons as (

    select
        project_id,
        active_dates as days
    from {{ ref('int_active_days') }}

),

second_days as (

    select
        project_id,
        arrayJoin(
            arrayFilter(
                (day, day_before) -> day = day_before + 1,
                days,
                arrayPushFront(arrayPopBack(days), days[1])
            )
        ) as activity_date
    from persons

),

returning_persons as (

    select
        project_id,
        activity_date,
        count() as person_count
    from second_days
    group by project_id, activity_date

),

daily as (

    select
        active_users.project_id as project_id,
        active_users.activity_date as activity_date,
        active_users.dau as dau,
        active_users.new_users as new_users,
        returning_persons.person_count as returning_count,
        lagInFrame(active_users.dau, 1, 0) over (
            partition by active_users.project_id
            order by active_users.activity_date
            rows between 1 preceding and current row
        ) as previous_dau
    from active_users
    any left join returning_persons
        on active_users.project_id = returning_persons.project_id
            and active_users.activity_date = returning_persons.activity_date

),

states as (

    select
        project_id,
        activity_date,
        arrayJoin([
            ('new', new_users),
            ('returning', returning_count),
            ('resurrected', toUInt64(dau - new_users - returning_count)),
            ('dormant', toUInt64(previous_dau - returning_count))
        ]) as counted
    from daily

)

select
    project_id,
    activity_date,
    toLowCardinality(counted.1) as state,
    counted.2 as person_count
from states
