-- The exact hourly cells add up to the events that count.
select
    project_id,
    hour_at,
    sum(fact_count) as fact_event_count,
    sum(cell_count) as cell_event_count
from (
    select
        project_id,
        toStartOfHour(toDateTime(occurred_at, 'UTC')) as hour_at,
        count() as fact_count,
        0 as cell_count
    from analytics.fct_events
    where is_counted
    group by project_id, hour_at
    union all
    select
        project_id,
        hour_at,
        0 as fact_count,
        sum(event_count) as cell_count
    from analytics.fct_hourly
    group by project_id, hour_at
)
group by project_id, hour_at
having fact_event_count != cell_event_count
order by project_id, hour_at
