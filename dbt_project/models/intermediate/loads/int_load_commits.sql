{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        order_by='version',
    )
}}

{% set marts = [
    ref('dim_identities'),
    ref('fct_refused_merges'),
    ref('fct_events'),
    ref('fct_sessions'),
    ref('fct_person_days'),
    ref('int_active_days'),
    ref('dim_persons'),
    ref('fct_hourly'),
    ref('int_page_views_daily'),
    ref('active_users_daily'),
    ref('fct_campaigns_daily'),
    ref('fct_event_hours'),
    ref('fct_pages_daily'),
    ref('int_events_hourly'),
    ref('int_property_profiles'),
] %}

with

windows as (

    select * from {{ ref('int_load_windows') }}
    where version = {{ window_value('version') }}

),

completed as (

    select
        window_version,
        uniqExact(model) as model_count
    from intermediate.model_completions
    where
        has({{ marts | map(attribute="identifier") | list | string }}, model)
    group by window_version

)

select
    windows.version as version,
    windows.lo as lo,
    windows.hi as hi,
    now64(3, 'UTC') as committed_at
from windows
inner join completed on windows.version = completed.window_version
where completed.model_count = {{ marts | length }}
