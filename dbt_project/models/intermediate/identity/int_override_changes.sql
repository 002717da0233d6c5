{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        order_by='(project_id, distinct_id, version)',
    )
}}

with

decided as (

    select
        project_id,
        distinct_id,
        action,
        user_id,
        decided_at
    from {{ ref('stg_identity_overrides') }}

)

{% if is_incremental() -%},

known as (

    select
        project_id,
        distinct_id,
        action,
        user_id,
        decided_at
    from {{ this }}
    order by version desc
    limit 1 by project_id, distinct_id

),

changed as (

    select * from decided
    where
        (project_id, distinct_id, action, user_id, decided_at) not in known

    union all

    select
        project_id,
        distinct_id,
        'none' as action,
        '' as user_id,
        decided_at
    from known
    where
        known.action != 'none'
        and (project_id, distinct_id) not in (
            select
                project_id,
                distinct_id
            from decided
        )

)
{%- else -%},

changed as (

    select * from decided

)
{%- endif %}

select
    project_id,
    distinct_id,
    action,
    user_id,
    decided_at,
    {{ build_version() }} as version
from changed
