{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        engine='ReplacingMergeTree(version)',
        order_by='(project_id, person_id)',
        query_settings={'optimize_on_insert': 0},
        post_hook=[
            "{{ delete_recomputed(
                ['person_id'], recomputed_persons()
            ) }}",
            "{{ record_completion() }}",
        ],
    )
}}

-- depends_on: {{ ref('int_affected_persons') }}

with

events as (

    select
        *,
        {{ event_order() }} as event_order
    from {{ ref('fct_events') }}
    where is_counted
        and person_id != {{ nil_uuid() }}
    {% if is_incremental() -%}
    and {{ of_affected_persons() }}
    {%- endif %}

),

persons as (

    select
        project_id,
        person_id,
        min(occurred_at) as first_seen_at,
        min(event_date) as first_seen_date,
        max(occurred_at) as last_seen_at,
        arraySort(
            groupArrayIf(
                (event_order, traits),
                event_type = 'identify' and traits not in ('', '{}')
            )
        ) as identified_traits,
        argMin(
            (
                channel,
                utm_source,
                utm_medium,
                utm_campaign,
                referrer_domain,
                country,
                device_type,
                browser,
                os,
                platform
            ),
            event_order
        ) as first_touch,
        sum(revenue) as lifetime_revenue,
        count() as event_count,
        uniqExact(session_id) as session_count
    from events
    group by project_id, person_id

),

ids as (

    select
        project_id,
        person_id,
        arraySort(groupArrayIf(distinct_id, method = 'user')) as user_ids,
        arraySort(groupArrayIf(distinct_id, method != 'user')) as anonymous_ids
    from {{ ref('dim_identities') }}
    {% if is_incremental() -%}
    where {{ of_affected_persons() }}
    {% endif -%}
    group by project_id, person_id

)

select
    persons.project_id as project_id,
    persons.person_id as person_id,
    ids.user_ids as user_ids,
    ids.anonymous_ids as anonymous_ids,
    toBool(notEmpty(ids.user_ids)) as is_identified,
    persons.first_seen_at as first_seen_at,
    persons.first_seen_date as first_seen_date,
    persons.last_seen_at as last_seen_at,
    {{ merged_json('persons.identified_traits.2') }} as traits,
    toLowCardinality(persons.first_touch.1) as first_channel,
    toLowCardinality(persons.first_touch.2) as first_utm_source,
    toLowCardinality(persons.first_touch.3) as first_utm_medium,
    toLowCardinality(persons.first_touch.4) as first_utm_campaign,
    toLowCardinality(persons.first_touch.5) as first_referrer_domain,
    toLowCardinality(persons.first_touch.6) as first_country,
    toLowCardinality(persons.first_touch.7) as first_device_type,
    toLowCardinality(persons.first_touch.8) as first_browser,
    toLowCardinality(persons.first_touch.9) as first_os,
    toLowCardinality(persons.first_touch.10) as first_platform,
    {{ money('persons.lifetime_revenue') }} as lifetime_revenue,
    persons.event_count as event_count,
    persons.session_count as session_count,
    {{ build_version() }} as version
from persons
any left join ids
    on persons.project_id = ids.project_id
        and persons.person_id = ids.person_id
