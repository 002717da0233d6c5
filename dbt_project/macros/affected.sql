{#-
    Conditions on rows of fct_events. A set of one column is looked up 3 to 4 times as fast
    as one of several, so it goes first where it does not tell all: ClickHouse evaluates the
    condition that reads least before the others.
-#}

{% macro in_recomputed_ranges(events) -%}
    {#-
        Nearly every block of events holds an affected device, but few devices had a session
        in their range, and of those few events are in it. So the keys of these are found
        first, from the columns of the sort key, and the rest is read only where the sort
        key finds them.
    -#}
    {{ before_batch() }}
    and (project_id, device_id, occurred_at) in (
        select
            candidates.project_id as project_id,
            candidates.device_id as device_id,
            candidates.occurred_at as occurred_at
        from (
            select
                project_id,
                device_id,
                occurred_at
            from {{ events }}
            where {{ before_batch() }}
                and device_id in (
                    select device_id from {{ ref('int_activity_ranges') }}
                    where has_sessions
                )
        ) as candidates
        inner join {{ ref('int_activity_ranges') }} as ranges
            on candidates.project_id = ranges.project_id
                and candidates.device_id = ranges.device_id
        where candidates.occurred_at between ranges.range_from and ranges.range_to
    )
{%- endmacro %}


{% macro of_affected_persons() -%}
    {#- The project is part of what a person id is made from. -#}
    person_id in (select person_id from {{ ref('int_affected_persons') }})
{%- endmacro %}


{% macro of_affected_hours() -%}
    {{ _hash_of_hour("toStartOfHour(toDateTime(occurred_at, 'UTC'))") }} in (
        select {{ _hash_of_hour('hour_at') }}
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


{% macro _hash_of_hour(hour) -%}
    {#- A column of low cardinality is hashed once a value where it stands alone. -#}
    cityHash64(
        {{ hour }},
        cityHash64(event_name),
        cityHash64(platform),
        cityHash64(country)
    )
{%- endmacro %}
