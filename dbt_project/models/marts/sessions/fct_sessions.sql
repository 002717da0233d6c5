{{
    config(
        order_by='(project_id, session_date, session_id)',
        partition_by='toYYYYMM(session_date)',
    )
}}

with

events as (

    select * from {{ ref('fct_events') }}
    where is_counted and device_id != ''

)

select
    project_id,
    session_id,
    any(events.person_id) as person_id,
    device_id,
    min(events.run_started_at) as run_started_at,
    min(occurred_at) as started_at,
    max(occurred_at) as ended_at,
    min(event_date) as session_date,
    min(event_hour) as session_hour,
    toFloat64(dateDiff('millisecond', started_at, ended_at)) / 1000
        as duration_seconds,
    duration_seconds as engaged_seconds,
    count() as event_count,
    countIf(is_page_view) as page_view_count,
    toBool(page_view_count = 1 and engaged_seconds < 10) as is_bounce,
    argMin(path, occurred_at) as entry_path,
    argMax(path, occurred_at) as exit_path,
    argMin(events.channel, occurred_at) as channel,
    argMin(events.utm_source, occurred_at) as utm_source,
    argMin(events.utm_medium, occurred_at) as utm_medium,
    argMin(events.utm_campaign, occurred_at) as utm_campaign,
    argMin(events.referrer_domain, occurred_at) as referrer_domain,
    argMin(events.device_type, occurred_at) as device_type,
    argMin(events.browser, occurred_at) as browser,
    argMin(events.os, occurred_at) as os,
    argMin(events.country, occurred_at) as country,
    argMin(events.platform, occurred_at) as platform,
    toDecimal64(sum(events.revenue), 4) as revenue,
    {{ build_version() }} as version
from events
group by project_id, session_id, device_id
