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

properties as (

    select
        project_id,
        event_name,
        property_name,
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
        tupleElement({{ least_samples('observed.sorted_samples') }}, 2)
            as sample_values,
        planned.description as description,
        cast(planned.project_id != '', 'Bool') as is_documented,
        observed.event_count as event_count,
        if(observed.event_count = 0, null, observed.first_seen_at)
            as first_seen_at,
        if(observed.event_count = 0, null, observed.last_seen_at)
            as last_seen_at
    from observed
    full outer join planned using (project_id, event_name, property_name)

)

select
    properties.*,
    if(events.event_count = 0, 0, properties.event_count / events.event_count)
        as fill_rate
from properties
any left join events
    on properties.project_id = events.project_id
        and properties.event_name = events.event_name
