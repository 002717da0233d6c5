{{ config(order_by='(project_id, activity_date)') }}

with

person_days as (

    select * from {{ ref('fct_person_days') }}

)

select
    project_id,
    activity_date,
    count() as dau,
    count() as wau,
    count() as mau,
    dau / mau as stickiness,
    countIf(is_new) as new_users,
    toUInt64(dau - new_users) as returning_users
from person_days
group by project_id, activity_date
