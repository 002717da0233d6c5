{{ config(order_by='project_id') }}

with

seen as (

    select * from {{ ref('int_project_settings') }}

),

configured as (

    select * from {{ ref('stg_projects') }}

),

offsets as (

    select
        time_zone,
        arraySort(groupArray((valid_from, offset_seconds))) as utc_offsets
    from {{ ref('stg_time_zone_offsets') }}
    group by time_zone

),

latest as (

    select * from seen
    order by version desc
    limit 1 by project_id

),

changes as (

    select
        project_id,
        argMaxIf(
            settings_hash, version, version <= {{ window_value('committed_version') }}
        ) as committed_hash,
        countIf(version <= {{ window_value('committed_version') }}) > 0
            as is_committed,
        groupArrayIf(
            settings_hash, version > {{ window_value('committed_version') }}
        ) as pending_hashes
    from seen
    group by project_id

)

select
    latest.project_id as project_id,
    latest.project_name as project_name,
    latest.time_zone as time_zone,
    latest.is_time_zone_known as is_time_zone_known,
    latest.default_currency as default_currency,
    latest.session_timeout_seconds as session_timeout_seconds,
    latest.session_cap_seconds as session_cap_seconds,
    latest.session_cut_at_midnight as session_cut_at_midnight,
    latest.session_cut_on_campaign as session_cut_on_campaign,
    latest.include_bots as include_bots,
    if(configured.project_id = '', 1, configured.week_start) as week_start,
    offsets.utc_offsets as utc_offsets,
    toBool(
        changes.is_committed
        and arrayExists(
            hash -> hash != changes.committed_hash, changes.pending_hashes
        )
    ) as is_changed
from latest
left join configured on latest.project_id = configured.project_id
left join offsets on latest.time_zone = offsets.time_zone
left join changes on latest.project_id = changes.project_id
