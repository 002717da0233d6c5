{{ config(severity='warn') }}

-- Events of this build that lie in the future: a clock is wrong. Ingest takes at most a day.

select
    project_id,
    event_id,
    event_name,
    occurred_at
from {{ ref('fct_events') }}
where
    {{ written_since_commit() }}
    and occurred_at > {{ current_instant() }}

-- depends_on: {{ ref('int_load_windows') }}
