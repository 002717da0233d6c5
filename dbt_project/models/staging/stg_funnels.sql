with

definitions as (

    select * from {{ source('raw', 'funnel_definitions') }} final

),

parsed as (

    select
        project_id,
        funnel_id,
        name as funnel_name,
        JSONExtractArrayRaw(definition, 'steps') as steps,
        if(
            JSONHas(definition, 'window'),
            (
                JSONExtractInt(definition, 'window', 'n'),
                JSONExtractString(definition, 'window', 'unit')
            ),
            (14, 'day')
        ) as conversion_window,
        JSONExtractString(definition, 'order') as step_order,
        JSONExtractString(definition, 'count_by') as counted_by,
        JSONLength(definition, 'exclusions') as exclusion_count,
        JSONLength(definition, 'hold_constant') as constant_count
    from definitions

)

select
    project_id,
    funnel_id,
    funnel_name,
    steps,
    toUInt8(length(steps)) as step_count,
    conversion_window.1 as window_size,
    conversion_window.2 as window_unit,
    toBool(
        step_count between 1 and 10
        and window_size > 0
        and window_unit in (
            'second', 'minute', 'hour', 'day', 'week', 'month', 'quarter', 'year'
        )
        and step_order in ('', 'ordered')
        and counted_by in ('', 'person')
        and exclusion_count = 0
        and constant_count = 0
    ) as is_supported
from parsed
