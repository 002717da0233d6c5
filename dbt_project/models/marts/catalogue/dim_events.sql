{{ config(order_by='(project_id, event_name)') }}

with

profiles as (

    {{ property_profiles() }}

),

observed as (

    select * from profiles
    where property_name = ''

),

planned as (

    select * from {{ ref('stg_event_schemas') }}
    where property_name = ''

),

names as (

    select
        project_id,
        event_name
    from observed

    union distinct

    select
        project_id,
        event_name
    from planned

)

select
    names.project_id as project_id,
    names.event_name as event_name,
    planned.description as description,
    cast(planned.event_name != '', 'Bool') as is_documented,
    observed.event_count as event_count,
    if(observed.event_count = 0, null, observed.first_seen_at) as first_seen_at,
    if(observed.event_count = 0, null, observed.last_seen_at) as last_seen_at
from names
any left join observed
    on names.project_id = observed.project_id
        and names.event_name = observed.event_name
any left join planned
    on names.project_id = planned.project_id
        and names.event_name = planned.event_name
