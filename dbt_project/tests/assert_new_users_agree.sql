-- active_users_daily and dim_persons agree on who is new on which day.

with

daily as (

    select
        project_id,
        activity_date,
        new_users
    from {{ ref('active_users_daily') }}
    where new_users > 0

),

persons as (

    select
        project_id,
        first_seen_date,
        count() as new_users
    from {{ ref('dim_persons') }}
    group by project_id, first_seen_date

)

select
    persons.project_id as project_id,
    persons.first_seen_date as first_seen_date,
    persons.new_users as expected_count,
    daily.new_users as found_count
from persons
full join daily
    on persons.project_id = daily.project_id
        and persons.first_seen_date = daily.activity_date
where persons.new_users != daily.new_users
