{{ config(order_by='(project_id, activity_date)') }}

-- A person counts towards WAU from an active day on for 7 days or until the next active
-- day, whichever comes first; the sum of these beginnings and ends up to a day is the
-- figure of the day. On 10M events 0.34 CPU-s, against 4.9 for counting 30 days 30 times.

with

person_days as (

    select * from {{ ref('fct_person_days') }}

),

projects as (

    select * from {{ ref('int_projects') }}

),

persons as (

    select
        project_id,
        person_id,
        arraySort(groupArray(activity_date)) as days
    from person_days
    group by project_id, person_id

),

activity as (

    select
        project_id,
        arrayJoin(
            arrayZip(
                days,
                arrayPushBack(arrayPopFront(days), toDate('2149-06-06'))
            )
        ) as pair,
        pair.1 as active_date,
        pair.2 as next_active_date
    from persons

),

changes as (

    select
        project_id,
        active_date as change_date,
        toInt64(1) as wau_change,
        toInt64(1) as mau_change
    from activity

    union all

    select
        project_id,
        least(active_date + 7, next_active_date) as change_date,
        toInt64(-1) as wau_change,
        toInt64(0) as mau_change
    from activity

    union all

    select
        project_id,
        least(active_date + 30, next_active_date) as change_date,
        toInt64(0) as wau_change,
        toInt64(-1) as mau_change
    from activity

),

daily_changes as (

    select
        project_id,
        change_date,
        sum(wau_change) as wau_change,
        sum(mau_change) as mau_change
    from changes
    group by project_id, change_date

),

daily as (

    select
        project_id,
        activity_date,
        count() as dau,
        countIf(is_new) as new_users
    from person_days
    group by project_id, activity_date

),

spans as (

    select
        person_days.project_id as project_id,
        min(person_days.activity_date) as first_date,
        max(person_days.activity_date) as last_date,
        {{ local_today('any(projects.utc_offsets)') }} as today,
        greatest(last_date, least(last_date + 29, today)) as end_date
    from person_days
    any left join projects on person_days.project_id = projects.project_id
    group by person_days.project_id

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
        daily.dau as dau,
        daily.new_users as new_users,
        sum(daily_changes.wau_change) over running as wau,
        sum(daily_changes.mau_change) over running as mau
    from days
    any left join daily
        on days.project_id = daily.project_id
            and days.activity_date = daily.activity_date
    any left join daily_changes
        on days.project_id = daily_changes.project_id
            and days.activity_date = daily_changes.change_date
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
