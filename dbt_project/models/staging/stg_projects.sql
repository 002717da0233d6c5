with

projects as (

    select * from {{ source('raw', 'projects') }} final

),

zones as (

    select distinct zone from {{ source('raw', 'time_zone_offsets') }}

),

settings as (

    select
        project_id,
        name as project_name,
        toBool(timezone in (select zone from zones))
            as is_time_zone_known,
        if(is_time_zone_known, timezone, 'UTC') as time_zone,
        if(currency = '', 'EUR', currency) as default_currency,
        toUInt32(greatest(session_timeout_seconds, 1)) as session_timeout_seconds,
        toUInt32(greatest(session_cap_seconds, 1)) as session_cap_seconds,
        session_cut_at_midnight,
        session_cut_on_campaign,
        include_bots,
        if(week_start between 1 and 7, week_start, 1) as week_start
    from projects

)

select * from settings
