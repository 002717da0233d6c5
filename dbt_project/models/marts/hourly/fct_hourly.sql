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

-- depends_on: {{ ref('int_affected_hours') }}

with

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
    {% if is_incremental() -%}
    and {{ of_affected_hours() }}
    {%- endif %}

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
group by project_id, hour_at, event_name, platform, country
