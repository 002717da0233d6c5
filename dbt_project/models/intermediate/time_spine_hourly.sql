{{ config(materialized='view') }}

select
    toDateTime('2000-01-01 00:00:00', 'UTC') + toIntervalHour(number)
        as hour_at
from
    numbers(
        dateDiff('hour', toDateTime('2000-01-01 00:00:00', 'UTC'),
            toDateTime('2041-01-01 00:00:00', 'UTC'))
    )
