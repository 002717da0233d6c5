{{
    config(
        order_by='(project_id, event_name, property_name, is_bot, load_id)',
        post_hook="{{ record_completion() }}",
    )
}}

-- Only new loads are parsed: events of raw never change. What the last committed build knew
-- is kept beside the new totals, for the build that repeats this one if it is not committed.

{% set history = history_of('int_property_profiles', 'intermediate') %}

with

events as (

    select
        project_id,
        event_name,
        is_bot,
        occurred_at,
        arrayJoin(
            arrayPushFront(
                arrayFilter(
                    entry -> entry.1 != '' and entry.2 != 'null',
                    JSONExtractKeysAndValuesRaw(properties)
                ),
                ('', '')
            )
        ) as entry
    from {{ ref('stg_events') }}
    where
        {{ up_to_window() }}
        and load_id > {{ last_summed_load() if history else 0 }}

),

entries as (

    select
        project_id,
        event_name,
        entry.1 as property_name,
        is_bot,
        occurred_at,
        substring(entry.2, 1, 1) as initial,
        toUInt8(
            multiIf(
                initial = '', 0,
                initial = '"', 1,
                initial in ('t', 'f'), 4,
                initial = '{', 8,
                initial = '[', 16,
                2
            )
        ) as value_type,
        multiIf(
            {{ in_list('lower(property_name)', 'unsampled_properties') }}, '',
            initial = '"', JSONExtractString(entry.2),
            entry.2
        ) as value,
        leftUTF8(value, 100) as sample_text
    from events

),

buckets as (

    select
        project_id,
        event_name,
        property_name,
        is_bot,
        cityHash64(sample_text) % 256 as bucket,
        count() as event_count,
        groupBitOr(value_type) as value_types,
        min(occurred_at) as first_seen_at,
        max(occurred_at) as last_seen_at,
        (
            min(cityHash64(sample_text)),
            argMin(sample_text, cityHash64(sample_text))
        ) as least_sample
    from entries
    group by project_id, event_name, property_name, is_bot, bucket

),

arrived as (

    select
        project_id,
        event_name,
        property_name,
        is_bot,
        sum(event_count) as event_count,
        groupBitOr(value_types) as value_types,
        min(first_seen_at) as first_seen_at,
        max(last_seen_at) as last_seen_at,
        groupArrayIf(least_sample, least_sample.2 != '') as samples,
        {{ window_value('hi') }} as load_id
    from buckets
    group by project_id, event_name, property_name, is_bot

),

{% if history -%}
committed as (

    select
        {{ contract_columns('int_property_profiles') }}
    from {{ history }}
    where load_id <= {{ last_summed_load() }}
    order by load_id desc
    limit 1 by project_id, event_name, property_name, is_bot

),

known as (

    select * from committed

    union all

    select
        {{ contract_columns('int_property_profiles') }}
    from arrived

),

{% else -%}
known as (

    select * from arrived

),

{% endif -%}
totals as (

    select
        known.project_id as project_id,
        known.event_name as event_name,
        known.property_name as property_name,
        known.is_bot as is_bot,
        sum(known.event_count) as event_count,
        groupBitOr(known.value_types) as value_types,
        min(known.first_seen_at) as first_seen_at,
        max(known.last_seen_at) as last_seen_at,
        {{ sorted_samples('known.samples') }} as sorted_samples,
        {{ least_samples('sorted_samples') }} as samples,
        max(known.load_id) as load_id
    from known
    group by
        known.project_id,
        known.event_name,
        known.property_name,
        known.is_bot

)

select
    {{ contract_columns('int_property_profiles') }}
from totals
{%- if history %}
where load_id > {{ last_summed_load() }}

union all

select * from committed
{%- endif %}
