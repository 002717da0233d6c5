-- count() = uniqExact(event_id) per project. Grouped by event id rather than by uniqExact so that
-- ClickHouse may spill to disk: the states of 50M ids would not fit.
select
    project_id,
    sum(copies) as event_count,
    count() as distinct_event_count
from (
    select
        project_id,
        event_id,
        count() as copies
    from raw.events
    group by project_id, event_id
)
group by project_id
having event_count != distinct_event_count
order by project_id
settings max_bytes_before_external_group_by = 500000000
