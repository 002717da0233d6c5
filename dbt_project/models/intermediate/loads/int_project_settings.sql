{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        order_by='(project_id, version)',
    )
}}

with

configured as (

    select * from {{ ref('stg_projects') }}

),

projects as (

    select project_id from configured

    union distinct

    select distinct toString(project_id) as project_id
    from {{ source('raw', 'events') }}

),

effective as (

    select
        projects.project_id as project_id,
        configured.project_name as project_name,
        if(configured.project_id = '', 'UTC', configured.time_zone) as time_zone,
        toBool(configured.project_id = '' or configured.is_time_zone_known)
            as is_time_zone_known,
        if(configured.project_id = '', 'EUR', configured.default_currency)
            as default_currency,
        if(configured.project_id = '', 1800, configured.session_timeout_seconds)
            as session_timeout_seconds,
        if(configured.project_id = '', 86400, configured.session_cap_seconds)
            as session_cap_seconds,
        configured.session_cut_at_midnight as session_cut_at_midnight,
        configured.session_cut_on_campaign as session_cut_on_campaign,
        configured.include_bots as include_bots
    from projects
    left join configured on projects.project_id = configured.project_id

),

hashed as (

    select
        *,
        sipHash64(
            time_zone,
            default_currency,
            session_timeout_seconds,
            session_cap_seconds,
            session_cut_at_midnight,
            session_cut_on_campaign,
            include_bots
        ) as settings_hash,
        {{ build_version() }} as version
    from effective

)

select * from hashed
{% if is_incremental() %}
where
    (project_id, project_name, settings_hash) not in (
        select
            project_id,
            argMax(project_name, version) as last_name,
            argMax(settings_hash, version) as last_hash
        from {{ this }}
        group by project_id
    )
{% endif %}
