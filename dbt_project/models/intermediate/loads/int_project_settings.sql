{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        order_by='(project_id, version)',
    )
}}

with

settings as (

    select * from {{ ref('stg_projects') }}

),

projects as (

    select project_id from settings

    union distinct

    select distinct toString(project_id) as project_id
    from {{ source('raw', 'events') }}

),

effective as (

    select
        projects.project_id as project_id,
        settings.project_name as project_name,
        if(settings.project_id = '', 'UTC', settings.time_zone) as time_zone,
        toBool(settings.project_id = '' or settings.is_time_zone_known)
            as is_time_zone_known,
        if(settings.project_id = '', 'EUR', settings.default_currency)
            as default_currency,
        if(settings.project_id = '', 1800, settings.session_timeout_seconds)
            as session_timeout_seconds,
        if(settings.project_id = '', 86400, settings.session_cap_seconds)
            as session_cap_seconds,
        settings.session_cut_at_midnight as session_cut_at_midnight,
        settings.session_cut_on_campaign as session_cut_on_campaign,
        settings.include_bots as include_bots
    from projects
    left join settings on projects.project_id = settings.project_id

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
where (project_id, project_name, settings_hash) not in (
    select
        project_id,
        argMax(project_name, version),
        argMax(settings_hash, version)
    from {{ this }}
    group by project_id
)
{% endif %}
