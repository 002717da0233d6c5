{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        engine='AggregatingMergeTree',
        order_by='(project_id, hour_at, event_name, platform, country, is_bot, version)',
        partition_by='toYYYYMM(hour_at)',
        query_settings={'optimize_on_insert': 0},
        pre_hook=[
            "{{ pin_hourly_load() }}",
            "{{ drop_uncommitted_hours() }}",
        ],
        post_hook=["{{ settle_pin() }}", "{{ record_completion() }}"],
    )
}}

with

events as (

    select
        project_id,
        occurred_at,
        event_name,
        platform,
        country,
        is_bot,
        device_id
    from {{ ref('stg_events') }}
    where
        load_id <= least({{ window_value('hi') }}, {{ pinned_load() }})
    {% if is_incremental() %}
        and load_id > {{ window_value('lo') }}
    {% endif %}

)

{{ hourly_states(build_version()) }}

-- depends_on: {{ source('raw', 'events') }}
