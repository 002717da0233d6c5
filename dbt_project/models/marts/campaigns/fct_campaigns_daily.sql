{{
    config(
        order_by='(
            project_id,
            session_date,
            channel,
            utm_source,
            utm_medium,
            utm_campaign
        )',
        partition_by='toYYYYMM(session_date)',
        post_hook="{{ record_completion() }}",
    )
}}

-- A table, not cells: of fct_sessions it reads a dozen narrow columns.

with

persons as (

    select * from {{ ref('dim_persons') }}

),

-- The project is part of what a person id is made from.
sessions as (

    select
        sessions.*,
        persons.first_seen_date as first_seen_date
    from {{ ref('fct_sessions') }} as sessions
    any left join persons on sessions.person_id = persons.person_id

)

select
    project_id,
    session_date,
    channel,
    utm_source,
    utm_medium,
    utm_campaign,
    count() as session_count,
    uniqExact(person_id) as person_count,
    uniqExactIf(person_id, session_date = first_seen_date) as new_person_count,
    countIf(is_bounce) as bounce_count,
    sum(sessions.page_view_count) as page_view_count,
    -- Whole milliseconds, so that the sum does not depend on the order of its terms.
    sum(toInt64(round(sessions.engaged_seconds * 1000))) / 1000 as engaged_seconds,
    sum(sessions.order_count) as order_count,
    countIf(sessions.order_count > 0) as converted_session_count
from sessions
group by
    project_id,
    session_date,
    channel,
    utm_source,
    utm_medium,
    utm_campaign
