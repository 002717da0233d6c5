-- fct_pages_daily adds up to the page views of fct_events, and to the sessions that viewed any.

with

pages as (

    select
        project_id,
        sum(page_view_count) as page_view_count,
        sum(entrance_count) as entrance_count,
        sum(exit_count) as exit_count
    from {{ ref('fct_pages_daily') }}
    group by project_id

),

events as (

    select
        project_id,
        count() as page_view_count
    from {{ ref('fct_events') }}
    where is_counted and is_page_view
    group by project_id

),

sessions as (

    select
        project_id,
        countIf(page_view_count > 0) as session_count
    from {{ ref('fct_sessions') }}
    group by project_id

)

select
    events.project_id as project_id,
    events.page_view_count as expected_views,
    pages.page_view_count as found_views,
    sessions.session_count as expected_entrances,
    pages.entrance_count as found_entrances,
    pages.exit_count as found_exits
from events
full join pages on events.project_id = pages.project_id
left join sessions on events.project_id = sessions.project_id
where
    events.page_view_count != pages.page_view_count
    or sessions.session_count != pages.entrance_count
    or sessions.session_count != pages.exit_count
