-- The first load that brought an event of these days, and the last committed build. Local days begin
-- up to 14 hours before those of UTC and end up to 12 hours after them. Without events, 0.
select
    (
        select min(load_id)
        from raw.events
        where timestamp >= toDateTime64({first_day:Date}, 3, 'UTC') - interval 14 hour
            and timestamp < toDateTime64({last_day:Date} + 1, 3, 'UTC') + interval 12 hour
    ) as first_load,
    max(version) as committed_version,
    max(hi) as committed_load
from intermediate.int_load_commits
