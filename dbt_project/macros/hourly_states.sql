{#-
    Loads up to a pinned one are added to the hourly states by builds, later ones by the
    materialized view, so that no load is missed or counted twice while the view is made.
    The pin lies ahead of the newest load: blocks that arrive while the table is made anew
    must not go to the one that it replaces. At two blocks a second 1000 last 8 minutes.
-#}

{% macro create_settled_pins() -%}
    {#- Pins whose table is in place; a build that dies in between leaves one that is not. -#}
    create table if not exists intermediate.hourly_settled_pins
    (load_id UInt64) engine = MergeTree order by load_id
{%- endmacro %}


{% macro pin_hourly_load() -%}
    {%- if execute and (not is_incremental() or hours_are_doubtful()) -%}
    {%- do run_query(
        'create or replace table intermediate.hourly_pinned_load'
        ~ ' engine = MergeTree order by tuple() as select max(load_id) + 1000 as load_id'
        ~ ' from ' ~ source('raw', 'events')
    ) -%}
    {%- if is_incremental() -%}{%- do recompute_hours() -%}{%- endif -%}
    {%- endif -%}
{%- endmacro %}


{% macro settle_pin() -%}
    insert into intermediate.hourly_settled_pins
    select load_id from intermediate.hourly_pinned_load
    where load_id not in (select load_id from intermediate.hourly_settled_pins)
{%- endmacro %}


{% macro pinned_load() -%}
    assumeNotNull((select max(load_id) from intermediate.hourly_pinned_load))
{%- endmacro %}


{% macro hours_are_doubtful() -%}
    {#-
        Whether the view may have lost or doubled states of a load, because its insert
        seemed to fail, or a build died between a pin and the table that goes with it.
    -#}
    {%- set found = run_query(
        'select max(load_id) > ' ~ pinned_load() ~ ' or ' ~ pinned_load()
        ~ ' not in (select load_id from intermediate.hourly_settled_pins)'
        ~ ' from raw.load_watermarks where in_doubt'
    ) -%}
    {{ return(found.columns[0].values()[0] | int == 1) }}
{%- endmacro %}


{% macro recompute_hours() -%}
    {#-
        Makes the table anew from the loads that committed builds have processed; this
        build then adds its own. The pin has just been raised above all loads, so the view
        adds nothing meanwhile, and an insert that still sees the old pin has the old
        table, too: it looks for the table first.
    -#}
    {%- set anew = this.incorporate(path={'identifier': this.identifier ~ '__anew'}) -%}
    {%- do run_query('create or replace table ' ~ anew ~ ' as ' ~ this) -%}
    {%- do run_query(
        'insert into ' ~ anew ~ ' with events as (select * from ' ~ ref('stg_events')
        ~ ' where load_id <= ' ~ window_value('lo') ~ ') '
        ~ hourly_states(window_value('committed_version'))
    ) -%}
    {%- do exchange_tables_atomic(anew, this) -%}
    {%- do run_query('drop table ' ~ anew) -%}
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
        uniqStateIf(device_id, device_id != '') as unique_devices_state
    from events
    group by project_id, hour_at, event_name, platform, country, is_bot
{%- endmacro %}
