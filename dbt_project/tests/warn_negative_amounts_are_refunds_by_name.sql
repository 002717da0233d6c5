{{ config(severity='warn') }}

-- Events of this build with negative revenue whose name is not that of a refund: they count
-- as refunds, and may have a wrong sign.

select
    project_id,
    event_id,
    event_name,
    revenue
from {{ ref('fct_events') }}
where
    {{ written_since_commit() }}
    and is_counted
    and revenue < 0
    and not {{ in_list("lower(replaceAll(event_name, ' ', '_'))", 'refund_events') }}

-- depends_on: {{ ref('int_load_windows') }}
