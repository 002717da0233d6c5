{{
    config(
        order_by='(project_id, funnel_id, entry_date, actor_id)',
        post_hook="{{ insert_funnel_attempts() }}",
    )
}}

-- depends_on: {{ ref('stg_funnels') }}

-- The table is made empty and every saved funnel adds the rows that it is compiled to. A
-- build that dies in between leaves a part of them, and the next one starts anew.

select
    toLowCardinality(project_id) as project_id,
    '' as funnel_id,
    person_id as actor_id,
    event_date as entry_date,
    [toNullable(occurred_at)] as reached_at,
    '' as breakdown_value
from {{ ref('fct_events') }}
where false
