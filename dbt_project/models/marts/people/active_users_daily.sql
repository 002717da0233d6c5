{{
    config(
        order_by='(project_id, activity_date)',
        post_hook="{{ record_completion() }}",
    )
}}

-- A person counts towards WAU from an active day on for 7 days or until the next active
-- day, whichever comes first; the sum of these beginnings and ends up to a day is the
-- figure of the day. On 10M events 0.4 CPU-s, against 4.9 for counting 30 days 30 times.

with

persons as (

    select
        project_id,
        active_dates as days
    from {{ ref('int_active_days') }}

),

projects as (

    select * from {{ ref('int_projects') }}

),

changes as (

    select
        project_id,
        arrayJoin(
            arrayConcat(
                arrayMap(
                    (day, number) -> (day, 1, 1, 1, number = 1),
                    days,
                    arrayEnumerate(days)
                ),
                arrayMap(
                    (day, next) -> (least(day + 7, next), 0, -1, 0, 0),
                    days,
                    arrayPushBack(arrayPopFront(days), toDate('2149-06-06'))
                ),
                arrayMap(
                    (day, next) -> (least(day + 30, next), 0, 0, -1, 0),
                    days,
                    arrayPushBack(arrayPopFront(days), toDate('2149-06-06'))
                )
            )
        ) as change
    from persons

),

daily as (

    select
        project_id,
        change.1 as change_date,
        sum(change.2) as dau,
        sum(change.3) as wau_change,
        sum(change.4) as mau_change,
        sum(change.5) as new_users
    from changes
    group by project_id, change_date

),

activity as (

    select
        project_id,
        min(days[1]) as first_date,
        max(days[-1]) as last_date
    from persons
    group by project_id

),

spans as (

    select
        activity.project_id as project_id,
        activity.first_date as first_date,
        activity.last_date as last_date,
        {{ local_today('projects.utc_offsets') }} as today,
        greatest(last_date, least(last_date + 29, today)) as end_date
    from activity
    any left join projects on activity.project_id = projects.project_id

),

days as (

    select
        project_id,
        first_date
        + arrayJoin(range(toUInt32(end_date - first_date) + 1)) as activity_date
    from spans

),

active as (

    select
        days.project_id as project_id,
        days.activity_date as activity_date,
        toUInt64(daily.dau) as dau,
        toUInt64(daily.new_users) as new_users,
        sum(daily.wau_change) over running as wau,
        sum(daily.mau_change) over running as mau
    from days
    any left join daily
        on days.project_id = daily.project_id
            and days.activity_date = daily.change_date
    window running as (
        partition by days.project_id
        order by days.activity_date
        rows between unbounded preceding and current row
    )

)

select
    project_id,
    activity_date,
    dau,
    toUInt64(wau) as wau,
    toUInt64(mau) as mau,
    if(mau = 0, 0, dau / mau) as stickiness,
    new_users,
    toUInt64(dau - new_users) as returning_users
from active
