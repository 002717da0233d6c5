{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        engine='ReplacingMergeTree(version)',
        order_by='(project_id, distinct_id)',
        query_settings={'optimize_on_insert': 0},
        post_hook=[
            "{{ delete_replaced(['project_id', 'distinct_id']) }}",
            "{{ record_completion() }}",
        ],
    )
}}

-- depends_on: {{ ref('int_identity_changes') }}

with

resolved as (

    select * from {{ ref('int_identities_resolved') }}

)

select
    *,
    {{ build_version() }} as version
from resolved
