{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        engine='ReplacingMergeTree(version)',
        order_by='(project_id, hour_at, event_name, platform, country)',
        partition_by='toYYYYMM(hour_at)',
        query_settings={'optimize_on_insert': 0},
        post_hook=[
            "{{ delete_recomputed(
                ['project_id', 'hour_at', 'event_name', 'platform', 'country'],
                recomputed_hours()
            ) }}",
            "{{ record_completion() }}",
        ],
    )
}}

with

affected as (

    select * from {{ ref('int_affected_hours') }}

),

events as (

    select
        project_id,
        toStartOfHour(toDateTime(occurred_at, 'UTC')) as hour_at,
        event_name,
        platform,
        country,
        person_id,
        session_id
    from {{ ref('fct_events') }}
    where is_counted

)

select
    project_id,
    hour_at,
    event_name,
    platform,
    country,
    count() as event_count,
    uniqExactIf(person_id, person_id != {{ nil_uuid() }}) as unique_persons,
    uniqExactIf(session_id, session_id != {{ nil_uuid() }}) as unique_sessions,
    {{ build_version() }} as version
from events
{% if is_incremental() -%}
where
    (project_id, hour_at, event_name, platform, country) in (
        select
            project_id,
            hour_at,
            event_name,
            platform,
            country
        from affected
    )
{%- endif %}
group by project_id, hour_at, event_name, platform, country
