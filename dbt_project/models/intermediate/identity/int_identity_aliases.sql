{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        engine='ReplacingMergeTree',
        order_by='(project_id, event_id)',
    )
}}

-- Few events carry a former id, so their history is kept whole; a repeated build writes
-- the same rows again.

select
    project_id,
    event_id,
    occurred_at,
    user_id,
    anonymous_id,
    previous_id,
    valid_user_id,
    valid_anonymous_id,
    valid_previous_id
from {{ ref('stg_events') }}
where
    {{ in_load_window() if is_incremental() else up_to_window() }}
    and previous_id != ''
