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

)

select
    project_id,
    event_name,
    planned.description as description,
    cast(planned.project_id != '', 'Bool') as is_documented,
    observed.event_count as event_count,
    if(observed.event_count = 0, null, observed.first_seen_at) as first_seen_at,
    if(observed.event_count = 0, null, observed.last_seen_at) as last_seen_at
from observed
full outer join planned using (project_id, event_name)
