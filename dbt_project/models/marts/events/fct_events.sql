{{
    config(
        order_by='(project_id, device_id, occurred_at, event_id)',
        partition_by='toYYYYMM(event_date)',
    )
}}

with

events as (

    select * from {{ ref('stg_events') }}

),

projects as (

    select * from {{ ref('int_projects') }}

),

located as (

    select
        events.*,
        projects.default_currency as default_currency,
        projects.time_zone as time_zone,
        not events.is_bot or projects.include_bots as is_counted
    from events
    inner join projects on events.project_id = projects.project_id

)

select
    project_id,
    event_id,
    event_name,
    event_type,
    {{ person_id("concat(project_id, ':u:', distinct_id)") }} as person_id,
    device_id,
    user_id,
    anonymous_id,
    group_id,
    {{ nil_uuid() }} as session_id,
    tracker_session_id,
    occurred_at as run_started_at,
    occurred_at,
    toDate(occurred_at) as event_date,
    toStartOfHour(toDateTime(occurred_at, 'UTC')) as event_hour,
    received_at,
    url,
    path,
    title,
    referrer,
    referrer_domain,
    channel,
    utm_source,
    utm_medium,
    utm_campaign,
    utm_term,
    utm_content,
    browser,
    os,
    device_type,
    country,
    locale,
    platform,
    app_version,
    is_bot,
    is_counted,
    is_page_view,
    is_interactive,
    is_order,
    is_refund,
    revenue,
    toLowCardinality(if(currency = '', default_currency, currency))
        as currency,
    properties,
    traits,
    load_id,
    {{ build_version() }} as version
from located
