{{
    config(
        order_by='(project_id, page_date, path)',
        partition_by='toYYYYMM(page_date)',
        post_hook="{{ record_completion() }}",
    )
}}

-- A table, not cells: views were counted before, and of fct_sessions it reads a few columns.

with

views as (

    select * from {{ ref('int_page_views_daily') }}

),

visits as (

    select * from {{ ref('fct_sessions') }}
    where page_view_count > 0

),

viewed as (

    select
        project_id,
        page_date,
        path,
        page_view_count,
        person_count,
        session_count,
        0 as entrance_count,
        0 as exit_count,
        0 as bounce_count,
        0 as entrance_engaged_ms
    from views

),

entered as (

    select
        project_id,
        session_date as page_date,
        entry_path as path,
        0 as page_view_count,
        0 as person_count,
        0 as session_count,
        count() as entrance_count,
        0 as exit_count,
        countIf(is_bounce) as bounce_count,
        -- Whole milliseconds, so that the sum does not depend on the order of its terms.
        sum(toUInt64(round(engaged_seconds * 1000))) as entrance_engaged_ms
    from visits
    group by project_id, session_date, entry_path

),

exited as (

    select
        project_id,
        session_date as page_date,
        exit_path as path,
        0 as page_view_count,
        0 as person_count,
        0 as session_count,
        0 as entrance_count,
        count() as exit_count,
        0 as bounce_count,
        0 as entrance_engaged_ms
    from visits
    group by project_id, session_date, exit_path

),

counted as (

    select * from viewed

    union all

    select * from entered

    union all

    select * from exited

)

select
    project_id,
    page_date,
    path,
    sum(counted.page_view_count) as page_view_count,
    sum(counted.person_count) as person_count,
    sum(counted.session_count) as session_count,
    sum(counted.entrance_count) as entrance_count,
    sum(counted.exit_count) as exit_count,
    sum(counted.bounce_count) as bounce_count,
    sum(counted.entrance_engaged_ms) / 1000 as entrance_engaged_seconds
from counted
group by project_id, page_date, path
