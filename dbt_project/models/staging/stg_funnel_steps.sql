with

funnels as (

    select * from {{ ref('stg_funnels') }}

),

numbered as (

    select
        project_id,
        funnel_id,
        arrayJoin(arrayEnumerate(steps)) as step_index,
        steps[step_index] as step
    from funnels

),

parsed as (

    select
        project_id,
        funnel_id,
        toUInt8(step_index) as step_index,
        JSONExtractString(step, 'event') as event_name,
        if(
            JSONExtractString(step, 'name') = '',
            event_name,
            JSONExtractString(step, 'name')
        ) as step_name,
        JSONExtractArrayRaw(step, 'where') as conditions
    from numbered

)

select
    project_id,
    funnel_id,
    step_index,
    step_name,
    event_name,
    arrayMap(
        condition -> (
            JSONExtractString(condition, 'field'),
            JSONExtractString(condition, 'op'),
            if(
                JSONType(condition, 'value') = 'Array',
                arrayMap(
                    value -> JSONExtract(value, 'String'),
                    JSONExtractArrayRaw(condition, 'value')
                ),
                [JSONExtract(condition, 'value', 'String')]
            )
        ),
        conditions
    ) as conditions
from parsed
