with

settings as (

    select * from {{ ref('stg_projects') }}

),

projects as (

    select project_id from settings

    union distinct

    select distinct toString(project_id) as project_id
    from {{ source('raw', 'events') }}

)

select
    projects.project_id as project_id,
    settings.project_name as project_name,
    if(settings.time_zone = '', 'UTC', settings.time_zone) as time_zone,
    settings.time_zone = '' or settings.is_time_zone_known as is_time_zone_known,
    if(settings.default_currency = '', 'EUR', settings.default_currency)
        as default_currency,
    if(settings.session_timeout_seconds = 0, 1800, settings.session_timeout_seconds)
        as session_timeout_seconds,
    if(settings.session_cap_seconds = 0, 86400, settings.session_cap_seconds)
        as session_cap_seconds,
    settings.session_cut_at_midnight as session_cut_at_midnight,
    settings.session_cut_on_campaign as session_cut_on_campaign,
    settings.include_bots as include_bots
from projects
left join settings on projects.project_id = settings.project_id
