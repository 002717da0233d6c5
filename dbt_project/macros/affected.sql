{#-
    Conditions on rows of fct_events. A set of one column is looked up 3 to 4 times as fast
    as one of several, so it goes first where it does not tell all: ClickHouse evaluates the
    condition that reads least before the others.
-#}

{% macro of_affected_devices() -%}
    device_id in (select device_id from {{ ref('int_activity_ranges') }})
    and (project_id, device_id) in (
        select
            project_id,
            device_id
        from {{ ref('int_activity_ranges') }}
    )
{%- endmacro %}


{% macro of_affected_persons() -%}
    {#- The project is part of what a person id is made from. -#}
    person_id in (select person_id from {{ ref('int_affected_persons') }})
{%- endmacro %}


{% macro of_affected_hours() -%}
    cityHash64(
        toStartOfHour(toDateTime(occurred_at, 'UTC')), event_name, platform, country
    ) in (
        select cityHash64(hour_at, event_name, platform, country)
        from {{ ref('int_affected_hours') }}
    )
    and (
        project_id,
        toStartOfHour(toDateTime(occurred_at, 'UTC')),
        event_name,
        platform,
        country
    ) in (
        select
            project_id,
            hour_at,
            event_name,
            platform,
            country
        from {{ ref('int_affected_hours') }}
    )
{%- endmacro %}
