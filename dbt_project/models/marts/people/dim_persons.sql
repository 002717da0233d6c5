{{ config(order_by='(project_id, person_id)') }}

with

events as (

    select * from {{ ref('fct_events') }}
    where is_counted and person_id != {{ nil_uuid() }}

),

persons as (

    select
        project_id,
        person_id,
        arraySort(groupUniqArrayIf(user_id, user_id != '')) as user_ids,
        arraySort(groupUniqArrayIf(anonymous_id, anonymous_id != ''))
            as anonymous_ids,
        toBool(notEmpty(user_ids)) as is_identified,
        min(occurred_at) as first_seen_at,
        min(event_date) as first_seen_date,
        max(occurred_at) as last_seen_at,
        argMax(events.traits, occurred_at) as traits,
        argMin(channel, occurred_at) as first_channel,
        argMin(utm_source, occurred_at) as first_utm_source,
        argMin(utm_medium, occurred_at) as first_utm_medium,
        argMin(utm_campaign, occurred_at) as first_utm_campaign,
        argMin(referrer_domain, occurred_at) as first_referrer_domain,
        argMin(country, occurred_at) as first_country,
        argMin(device_type, occurred_at) as first_device_type,
        argMin(browser, occurred_at) as first_browser,
        argMin(os, occurred_at) as first_os,
        argMin(platform, occurred_at) as first_platform,
        toDecimal64(sum(revenue), 4) as lifetime_revenue,
        count() as event_count,
        uniqExact(session_id) as session_count,
        {{ build_version() }} as version
    from events
    group by project_id, person_id

)

select * from persons
