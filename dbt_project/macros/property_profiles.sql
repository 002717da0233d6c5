{#-
    What is known of an event name and of its properties, as states that merge: counts add up,
    times are the least and the most, value types are bits (1 string, 2 number, 4 boolean, 8
    object, 16 array), samples are the five values with the least hashes, one for each of
    256 buckets, so that they depend neither on the order of arrival nor on the loads.
-#}

{% macro sorted_samples(samples) -%}
    arraySort(arrayDistinct(groupArrayArray({{ samples }})))
{%- endmacro %}


{% macro least_samples(sorted) -%}
    {#- The first five of sorted samples whose bucket none before them has. -#}
    arraySlice(
        arrayFilter(
            (one, number) -> indexOf(
                arrayMap(other -> other.1 % 256, {{ sorted }}), one.1 % 256
            ) = number,
            {{ sorted }},
            arrayEnumerate({{ sorted }})
        ),
        1,
        5
    )
{%- endmacro %}


{% macro property_profiles() -%}
    {#- Profiles as of this build, with bots only where the project includes them. -#}
    select
        profiles.project_id as project_id,
        profiles.event_name as event_name,
        profiles.property_name as property_name,
        sum(profiles.event_count) as event_count,
        groupBitOr(profiles.value_types) as value_types,
        min(profiles.first_seen_at) as first_seen_at,
        max(profiles.last_seen_at) as last_seen_at,
        {{ sorted_samples('profiles.samples') }} as sorted_samples
    from (
        select * from {{ ref('int_property_profiles') }}
        order by load_id desc
        limit 1 by project_id, event_name, property_name, is_bot
    ) as profiles
    any left join {{ ref('int_projects') }} as projects
        on profiles.project_id = projects.project_id
    where not profiles.is_bot or projects.include_bots
    group by profiles.project_id, profiles.event_name, profiles.property_name
{%- endmacro %}
