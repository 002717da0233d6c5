{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        engine='ReplacingMergeTree(version)',
        order_by='(project_id, distinct_id, target_id)',
        query_settings={'optimize_on_insert': 0},
        post_hook=[
            "{{ delete_replaced(['project_id', 'distinct_id', 'target_id']) }}",
            "{{ record_completion() }}",
        ],
    )
}}

-- A refused pair stays refused: a user id remains one. So rows are replaced, never gone.

with

affected as (

    select * from {{ ref('int_affected_merges') }}

),

users as (

    select
        project_id,
        distinct_id
    from {{ ref('dim_identities') }}
    where method = 'user'

),

sent as (

    select
        project_id,
        event_id,
        occurred_at,
        anonymous_id as distinct_id,
        user_id as target_id
    from {{ ref('fct_events') }}
    where device_id != ''
        and user_id != ''
        and anonymous_id != ''
    {% if is_incremental() -%}
    and (project_id, device_id) in affected
    {%- endif %}

    union all

    select
        project_id,
        event_id,
        occurred_at,
        previous_id as distinct_id,
        arrayJoin(
            if(valid_user_id = '', [user_id, anonymous_id], [user_id])
        ) as target_id
    from {{ ref('int_identity_aliases') }}

),

pairs as (

    select
        project_id,
        distinct_id,
        target_id,
        min(occurred_at) as first_refused_at,
        max(occurred_at) as last_refused_at,
        uniqExact(event_id) as event_count
    from sent
    where distinct_id != target_id
    group by project_id, distinct_id, target_id

),

asked as (

    select
        *,
        {{ valid_distinct_id('distinct_id') }} as valid_id,
        {{ valid_distinct_id('target_id') }} as valid_target_id,
        if(valid_id != '', valid_id, valid_target_id) as device_id
    from pairs
    where
        trimBoth(distinct_id) != ''
        and trimBoth(target_id) != ''

)

select
    project_id,
    distinct_id,
    target_id,
    if(valid_id = '' or valid_target_id = '', 'generic_id', 'both_identified')
        as reason,
    first_refused_at,
    last_refused_at,
    event_count,
    {{ build_version() }} as version
from asked
where
    device_id != ''
    and (
        valid_id = ''
        or valid_target_id = ''
        or (
            (project_id, valid_id) in users
            and (project_id, valid_target_id) in users
        )
    )
{% if is_incremental() -%}
and (project_id, device_id) in affected
{%- endif %}
