with

schemas as (

    select * from {{ source('raw', 'event_schemas') }} final

)

select
    toLowCardinality(project_id) as project_id,
    toLowCardinality(event_name) as event_name,
    property_name,
    transform(
        value_type,
        ['integer', 'timestamp', 'list'],
        ['number', 'string', 'array'],
        value_type
    ) as value_type,
    description
from schemas
