{{ config(order_by='(project_id, event_name, property_name)') }}

with

profiles as (

    {{ property_profiles() }}

),

events as (

    select
        project_id,
        event_name,
        event_count
    from {{ ref('dim_events') }}

),

observed as (

    select * from profiles
    where property_name != ''

),

planned as (

    select * from {{ ref('stg_event_schemas') }}
    where property_name != ''

),

names as (

    select
        project_id,
        event_name,
        property_name
    from observed

    union distinct

    select
        project_id,
        event_name,
        property_name
    from planned

)

select
    names.project_id as project_id,
    names.event_name as event_name,
    names.property_name as property_name,
    if(
        observed.event_count = 0,
        planned.value_type,
        transform(
            observed.value_types,
            [1, 2, 4, 8, 16],
            ['string', 'number', 'boolean', 'object', 'array'],
            'mixed'
        )
    ) as value_type,
    if(events.event_count = 0, 0, observed.event_count / events.event_count)
        as fill_rate,
    tupleElement({{ least_samples('observed.sorted_samples') }}, 2)
        as sample_values,
    planned.description as description,
    toBool(planned.property_name != '') as is_documented,
    observed.event_count as event_count,
    if(observed.event_count = 0, null, observed.first_seen_at) as first_seen_at,
    if(observed.event_count = 0, null, observed.last_seen_at) as last_seen_at
from names
any left join observed
    on names.project_id = observed.project_id
        and names.event_name = observed.event_name
        and names.property_name = observed.property_name
any left join planned
    on names.project_id = planned.project_id
        and names.event_name = planned.event_name
        and names.property_name = planned.property_name
any left join events
    on names.project_id = events.project_id
        and names.event_name = events.event_name
