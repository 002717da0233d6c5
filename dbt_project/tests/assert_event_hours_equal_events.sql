-- The events and page views of all hours together are those of fct_events.

with

hours as (

    select
        project_id,
        sum(event_count) as event_count,
        sum(page_view_count) as page_view_count
    from {{ ref('fct_event_hours') }}
    group by project_id

),

events as (

    select
        project_id,
        countIf(is_counted) as event_count,
        countIf(is_counted and is_page_view) as page_view_count
    from {{ ref('fct_events') }}
    group by project_id

)

select
    events.project_id as project_id,
    events.event_count as expected_events,
    hours.event_count as found_events,
    events.page_view_count as expected_views,
    hours.page_view_count as found_views
from events
left join hours on events.project_id = hours.project_id
where
    events.event_count != hours.event_count
    or events.page_view_count != hours.page_view_count
