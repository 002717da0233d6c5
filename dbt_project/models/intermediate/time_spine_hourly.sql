{{ config(materialized='view') }}

{% set first_hour = "toDateTime('2000-01-01 00:00:00', 'UTC')" %}
{% set last_hour = "toDateTime('2041-01-01 00:00:00', 'UTC')" %}

select {{ first_hour }} + toIntervalHour(number) as hour_at
from numbers(dateDiff('hour', {{ first_hour }}, {{ last_hour }}))
