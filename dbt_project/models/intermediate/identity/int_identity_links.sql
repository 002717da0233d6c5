{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        engine='AggregatingMergeTree',
        order_by='(project_id, distinct_id)',
    )
}}

-- Minima and maxima only: neither the order of arrival nor a repeated batch matters.

{% set never = "toDateTime64('2299-12-31 23:59:59.999', 3, 'UTC')" %}
{% set no_link = "(" ~ never ~ ", toUInt128(0), '', '')" %}

with

events as (

    select
        *,
        (
            occurred_at,
            toUInt128(event_id),
            valid_user_id,
            if(event_type in ('identify', 'alias'), event_type, 'event')
        ) as link
    from {{ ref('stg_events') }}
    where {{ in_load_window() if is_incremental() else up_to_window() }}

),

user_ids as (

    select
        project_id,
        valid_user_id as distinct_id,
        toUInt8(1) as is_identified,
        occurred_at as seen_at,
        occurred_at as identified_at,
        {{ no_link }} as link
    from events
    where valid_user_id != ''

),

anonymous_ids as (

    select
        project_id,
        valid_anonymous_id as distinct_id,
        toUInt8(0) as is_identified,
        occurred_at as seen_at,
        {{ never }} as identified_at,
        if(
            valid_user_id != '' and valid_user_id != valid_anonymous_id,
            events.link,
            {{ no_link }}
        ) as link
    from events
    where valid_anonymous_id != ''

),

previous_ids as (

    select
        project_id,
        valid_previous_id as distinct_id,
        toUInt8(0) as is_identified,
        occurred_at as seen_at,
        {{ never }} as identified_at,
        if(
            valid_user_id != '' and valid_user_id != valid_previous_id,
            events.link,
            {{ no_link }}
        ) as link
    from events
    where valid_previous_id != ''

),

observations as (

    select * from user_ids
    union all
    select * from anonymous_ids
    union all
    select * from previous_ids

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
