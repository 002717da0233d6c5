{{ config(order_by='(project_id, hour_at, event_name, platform, country)') }}

{% set has_history = history_of('fct_hourly') %}

select distinct
    project_id,
    toStartOfHour(toDateTime(occurred_at, 'UTC')) as hour_at,
    event_name,
    platform,
    country
from {{ ref('fct_events') }}
where {{ written_since_commit() if has_history else 'false' }}

-- depends_on: {{ ref('int_load_windows') }}
