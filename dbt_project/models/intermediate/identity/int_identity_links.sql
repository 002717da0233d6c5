{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        engine='AggregatingMergeTree',
        order_by='(project_id, distinct_id)',
    )
}}

-- Minima and maxima only: neither the order of arrival nor a repeated batch matters. Most
-- events have the ids of others, so those of each combination are told apart once.

{% set never = "toDateTime64('2299-12-31 23:59:59.999', 3, 'UTC')" %}
{% set no_link = "(" ~ never ~ ", toUInt128(0), '', '')" %}

with

combinations as (

    select
        project_id,
        user_id,
        anonymous_id,
        previous_id,
        min((
            occurred_at,
            toUInt128(event_id),
            if(event_type in ('identify', 'alias'), event_type, 'event')
        )) as first_event
    from {{ ref('stg_events') }}
    where {{ in_load_window() if is_incremental() else up_to_window() }}
    group by project_id, user_id, anonymous_id, previous_id

),

events as (

    select
        project_id,
        {{ valid_distinct_id('user_id') }} as valid_user_id,
        {{ valid_distinct_id('anonymous_id') }} as valid_anonymous_id,
        {{ valid_distinct_id('previous_id') }} as valid_previous_id,
        first_event.1 as occurred_at,
        (
            first_event.1, first_event.2, valid_user_id, first_event.3
        ) as link
    from combinations

),

observations as (

    select
        project_id,
        arrayJoin(
            arrayFilter(
                observed -> observed.1 != '',
                [
                    (valid_user_id, toUInt8(1), occurred_at, {{ no_link }}),
                    (
                        valid_anonymous_id,
                        toUInt8(0),
                        {{ never }},
                        if(
                            valid_user_id != '' and valid_user_id != valid_anonymous_id,
                            events.link,
                            {{ no_link }}
                        )
                    ),
                    (
                        valid_previous_id,
                        toUInt8(0),
                        {{ never }},
                        if(
                            valid_user_id != '' and valid_user_id != valid_previous_id,
                            events.link,
                            {{ no_link }}
                        )
                    )
                ]
            )
        ) as observed,
        observed.1 as distinct_id,
        observed.2 as is_identified,
        occurred_at as seen_at,
        observed.3 as identified_at,
        observed.4 as link
    from events

)

select
    project_id,
    distinct_id,
    maxSimpleState(is_identified) as is_identified,
    minSimpleState(seen_at) as first_seen_at,
    minSimpleState(identified_at) as identified_at,
    minSimpleState(link) as first_link,
    maxSimpleState({{ build_version() }}) as version
from observations
group by project_id, distinct_id
