{{ config(materialized='materialized_view', catchup=false) }}

{{ materialization_target_table(ref('int_events_hourly')) }}

with

raw_events as (

    select * from {{ source('raw', 'events') }}
    where load_id > {{ pinned_load() }}

),

events as (

    select
        project_id,
        timestamp as occurred_at,
        event_name,
        toLowCardinality(platform) as platform,
        toLowCardinality(country) as country,
        is_bot,
        if(
            {{ valid_distinct_id('anonymous_id') }} != '',
            anonymous_id,
            {{ valid_distinct_id('user_id') }}
        ) as device_id
    from raw_events

)

{{ hourly_states('toUInt64(0)') }}
