{{
    config(
        order_by='(project_id, event_hour, event_name)',
        post_hook="{{ record_completion() }}",
    )
}}

-- A table, not cells: it reads five narrow columns of fct_events, which costs less than
-- finding out which hours have changed.

with

events as (

    select
        project_id,
        event_hour,
        event_name,
        is_page_view
    from {{ ref('fct_events') }}
    where is_counted

)

select
    project_id,
    event_hour,
    event_name,
    count() as event_count,
    countIf(is_page_view) as page_view_count
from events
group by project_id, event_hour, event_name
