{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        engine='ReplacingMergeTree(version)',
        order_by='(project_id, session_date, session_id)',
        partition_by='toYYYYMM(session_date)',
        query_settings={'optimize_on_insert': 0},
        post_hook=[
            "{{ delete_recomputed(['session_id'], recomputed_sessions()) }}",
            "{{ record_completion() }}",
        ],
    )
}}

-- depends_on: {{ ref('int_activity_ranges') }}
-- depends_on: {{ ref('int_session_starts') }}

-- A session id is made from project, device and start, so grouping by it alone is enough,
-- and by now the events of recomputed ranges have those of int_session_starts and no
-- others have: few blocks of older events hold any, while most hold an affected device.
-- A maximum changes with every event of a session, and of tuples each is an allocation.

with

{% if is_incremental() %}
events as (

    select * from {{ ref('fct_events') }}
    where is_counted
        and session_id in (select session_id from {{ ref('int_session_starts') }})

),
{% else %}
events as (

    select * from {{ ref('fct_events') }}
    where is_counted and device_id != ''

),
{% endif %}

ordered as (

    select
        *,
        {{ event_order() }} as event_order,
        utm_source != ''
        or utm_medium != ''
        or utm_campaign != ''
        or utm_term != ''
        or utm_content != '' as has_campaign
    from events

),

sessions as (

    select
        any(ordered.project_id) as project_id,
        any(ordered.device_id) as device_id,
        session_id,
        min(run_started_at) as run_started_at,
        min(occurred_at) as started_at,
        max(occurred_at) as ended_at,
        min(event_date) as session_date,
        min(event_hour) as session_hour,
        arraySort(
            arrayZip(
                groupArray(event_order),
                groupArray(if(is_page_view or is_interactive, event_name, '')),
                groupArray(if(is_page_view, path, ''))
            )
        ) as visited,
        count() as event_count,
        countIf(is_page_view) as page_view_count,
        countIf(is_interactive) as interactive_count,
        countIf(is_identified) as identified_count,
        if(
            identified_count > 0,
            argMaxIf(person_id, event_order, is_identified),
            any(person_id)
        ) as person_id,
        countIf(is_order) as order_count,
        argMinIf(path, event_order, is_page_view) as entry_path,
        argMaxIf(path, event_order, is_page_view) as exit_path,
        argMinIf(url, event_order, is_page_view) as landing_url,
        argMaxIf(url, event_order, is_page_view) as exit_url,
        argMinIf(tracker_session_id, event_order, tracker_session_id != '')
            as tracker_session_id,
        argMin(
            (
                channel,
                utm_source,
                utm_medium,
                utm_campaign,
                referrer_domain,
                device_type,
                browser,
                os,
                country,
                platform,
                utm_term,
                utm_content
            ),
            event_order
        ) as entry,
        argMaxIf(
            (utm_source, utm_medium, utm_campaign, utm_term, utm_content),
            event_order,
            has_campaign
        ) as last_campaign,
        sum(revenue) as revenue
    from ordered
    group by session_id

),

measured as (

    select
        *,
        dateDiff('millisecond', started_at, ended_at) / 1000 as duration_seconds,
        arrayMap(event -> {{ occurred_ms('event.1') }}, visited) as times,
        arraySum(gap_ms -> least(gap_ms, 60000), arrayDifference(times)) / 1000
            as engaged_seconds,
        arrayCompact(arrayRemove(visited.2, '')) as event_names,
        arrayCompact(arrayRemove(visited.3, '')) as paths
    from sessions

)

select
    toLowCardinality(project_id) as project_id,
    session_id,
    person_id,
    device_id,
    tracker_session_id,
    run_started_at,
    started_at,
    ended_at,
    session_date,
    session_hour,
    duration_seconds,
    engaged_seconds,
    event_count,
    page_view_count,
    order_count,
    toBool(
        page_view_count = 1 and interactive_count = 0 and engaged_seconds < 10
    ) as is_bounce,
    entry_path,
    exit_path,
    landing_url,
    exit_url,
    cast(
        arraySlice(event_names, 1, {{ var('path_steps') }}),
        'Array(LowCardinality(String))'
    ) as event_path,
    length(event_names) as event_step_count,
    arraySlice(paths, 1, {{ var('path_steps') }}) as page_path,
    length(paths) as page_step_count,
    toLowCardinality(entry.1) as channel,
    toLowCardinality(entry.2) as utm_source,
    toLowCardinality(entry.3) as utm_medium,
    toLowCardinality(entry.4) as utm_campaign,
    toLowCardinality(entry.11) as utm_term,
    toLowCardinality(entry.12) as utm_content,
    toLowCardinality(last_campaign.1) as last_utm_source,
    toLowCardinality(last_campaign.2) as last_utm_medium,
    toLowCardinality(last_campaign.3) as last_utm_campaign,
    toLowCardinality(last_campaign.4) as last_utm_term,
    toLowCardinality(last_campaign.5) as last_utm_content,
    toLowCardinality(entry.5) as referrer_domain,
    toLowCardinality(entry.6) as device_type,
    toLowCardinality(entry.7) as browser,
    toLowCardinality(entry.8) as os,
    toLowCardinality(entry.9) as country,
    toLowCardinality(entry.10) as platform,
    {{ money('revenue') }} as revenue,
    {{ build_version() }} as version
from measured
