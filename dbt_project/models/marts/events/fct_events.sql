{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        engine='ReplacingMergeTree(version)',
        order_by='(project_id, device_id, occurred_at, event_id)',
        partition_by='toYYYYMM(event_date)',
        indexes=[
            {'name': 'versions', 'definition': 'version type minmax granularity 1'},
        ],
        settings={'merge_selector_base': 20},
        query_settings={'optimize_on_insert': 0},
        post_hook=[
            "{{ delete_replaced(
                ['project_id', 'device_id', 'occurred_at', 'event_id']
            ) }}",
            "{{ record_completion() }}",
        ],
    )
}}

with

projects as (

    select * from {{ ref('int_projects') }}

),

offsets as (

    select
        project_id,
        arrayJoin(utc_offsets) as utc_offset,
        utc_offset.1 as valid_from,
        utc_offset.2 as offset_seconds
    from projects

),

identities as (

    select
        project_id,
        distinct_id,
        person_id
    from {{ ref('dim_identities') }}

),

starts as (

    select * from {{ ref('int_session_starts') }}

),

reassignments as (

    select * from {{ ref('int_event_reassignments') }}

),

batch as (

    select * from {{ ref('stg_events') }}
    where {{ in_batch() if is_incremental() else up_to_window() }}

),

assigned as (

    select
        batch.* except (project_id, device_id, distinct_id),
        batch.project_id as project_id,
        batch.device_id as device_id,
        batch.valid_user_id != '' as is_identified,
        not batch.is_bot or projects.include_bots as is_counted,
        projects.default_currency as default_currency,
        identities.person_id as identity_person_id,
        starts.session_id as start_session_id,
        starts.run_started_at as start_run_started_at,
        batch.occurred_at
        + toIntervalSecond(offsets.offset_seconds) as local_at
    from batch
    any left join projects on batch.project_id = projects.project_id
    any left join identities
        on batch.project_id = identities.project_id
            and batch.distinct_id = identities.distinct_id
    asof left join starts
        on batch.project_id = starts.project_id
            and batch.device_id = starts.device_id
            and batch.occurred_at >= starts.started_at
    asof left join offsets
        on batch.project_id = offsets.project_id
            and batch.occurred_at >= offsets.valid_from

),

new_rows as (

    select
        project_id,
        event_id,
        event_name,
        event_type,
        identity_person_id as person_id,
        device_id,
        user_id,
        anonymous_id,
        group_id,
        toBool(is_identified) as is_identified,
        if(is_counted, start_session_id, {{ nil_uuid() }}) as session_id,
        tracker_session_id,
        if(is_counted, start_run_started_at, occurred_at) as run_started_at,
        occurred_at,
        toDate(local_at) as event_date,
        toStartOfHour(toDateTime(local_at, 'UTC')) as event_hour,
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
        toBool(is_counted) as is_counted,
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
    from assigned

)

{%- if is_incremental() %},

reassigned_keys as (

    select
        project_id,
        device_id,
        occurred_at,
        event_id
    from reassignments

),

rewritten_rows as (

    select
        events.* except (
            project_id,
            device_id,
            occurred_at,
            event_id,
            session_id,
            run_started_at,
            person_id,
            version
        ),
        events.project_id as project_id,
        events.device_id as device_id,
        events.occurred_at as occurred_at,
        events.event_id as event_id,
        reassignments.session_id as session_id,
        reassignments.run_started_at as run_started_at,
        reassignments.person_id as person_id,
        {{ build_version() }} as version
    from {{ this }} as events
    inner join reassignments
        on events.project_id = reassignments.project_id
            and events.device_id = reassignments.device_id
            and events.occurred_at = reassignments.occurred_at
            and events.event_id = reassignments.event_id
    where
        (
            events.project_id,
            events.device_id,
            events.occurred_at,
            events.event_id
        ) in (
            select
                project_id,
                device_id,
                occurred_at,
                event_id
            from reassigned_keys
        )
    order by project_id, device_id, occurred_at, event_id
    limit 1 by project_id, device_id, occurred_at, event_id

)
{%- endif %}

select
    {{ contract_columns('fct_events') }}
from new_rows
{% if is_incremental() %}
union all

select
    {{ contract_columns('fct_events') }}
from rewritten_rows
{% endif %}
