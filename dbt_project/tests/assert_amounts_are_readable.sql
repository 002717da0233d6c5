{{ config(severity='warn') }}

-- Events of this build that count as an amount of 0 though they are orders, or state a revenue
-- that is no number.

select
    project_id,
    event_id,
    event_name,
    JSONExtractRaw(properties, 'revenue') as revenue_sent
from {{ ref('fct_events') }}
where
    {{ written_since_commit() }}
    and is_counted
    and revenue = 0
    and (
        is_order
        or (
            JSONHas(properties, 'revenue')
            and {{ property_amount('revenue') }} is null
        )
    )

-- depends_on: {{ ref('int_load_windows') }}
