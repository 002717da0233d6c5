-- Every raw event up to the committed load is one fact.
with (select max(hi) from intermediate.int_load_commits) as committed_load
select
    project_id,
    sum(raw_count) as raw_event_count,
    sum(fact_count) as fact_event_count
from (
    select
        project_id,
        count() as raw_count,
        0 as fact_count
    from raw.events
    where load_id <= committed_load
    group by project_id
    union all
    select
        project_id,
        0 as raw_count,
        count() as fact_count
    from analytics.fct_events
    where load_id <= committed_load
    group by project_id
)
group by project_id
having raw_event_count != fact_event_count
order by project_id
