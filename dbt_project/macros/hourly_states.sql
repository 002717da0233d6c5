{#-
    Loads up to a pinned one are added to the hourly states by builds, later ones by the
    materialized view, so that no load is missed or counted twice while the view is made.
    The pin lies ahead of the newest load: blocks that arrive during a full refresh must
    not go to the table that it replaces. At two blocks a second 1000 last 8 minutes.
-#}

{% macro pin_hourly_load() -%}
    {%- if not is_incremental() -%}
    create or replace table intermediate.hourly_pinned_load
    engine = MergeTree order by tuple() as
    select max(load_id) + 1000 as load_id
    from {{ source('raw', 'events') }}
    {%- endif -%}
{%- endmacro %}


{% macro pinned_load() -%}
    assumeNotNull((select max(load_id) from intermediate.hourly_pinned_load))
{%- endmacro %}


{% macro drop_uncommitted_hours() -%}
    {%- if is_incremental() -%}
    {#- Loads are taken up from 0 after a full refresh that died. -#}
    delete from {{ this }}
    where version > if(
        {{ window_value('lo') }} = 0, 0, {{ window_value('committed_version') }}
    )
    {%- endif -%}
{%- endmacro %}


{% macro hourly_states(version) -%}
    select
        project_id,
        toStartOfHour(toDateTime(occurred_at, 'UTC')) as hour_at,
        event_name,
        platform,
        country,
        is_bot,
        {{ version }} as version,
        countState() as event_count_state,
        uniqState(device_id) as unique_devices_state
    from events
    group by project_id, hour_at, event_name, platform, country, is_bot
{%- endmacro %}
