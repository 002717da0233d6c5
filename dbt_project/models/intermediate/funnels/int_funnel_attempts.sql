{{ config(order_by='(project_id, funnel_id, entry_date, person_id)') }}

-- Each person's instants are folded from the last to the first, keeping for every level
-- the earliest times at which the further steps can be reached. An instant with the first
-- step starts an attempt, and that state then tells how far it gets and when. Advancing
-- as far as an instant allows is never worse than waiting, so this equals trying all ways.

{% set never = "toInt64(9223372036854775807)" %}

with

funnels as (

    select * from {{ ref('stg_funnels') }}
    where is_supported

),

steps as (

    select
        project_id,
        funnel_id,
        event_name,
        groupArray((step_index, conditions)) as steps
    from {{ ref('stg_funnel_steps') }}
    group by project_id, funnel_id, event_name

),

funnel_events as (

    select
        funnels.project_id as project_id,
        funnels.funnel_id as funnel_id,
        funnels.step_count as step_count,
        funnels.window_size as window_size,
        funnels.window_unit as window_unit,
        projects.utc_offsets as utc_offsets,
        steps.event_name as event_name,
        steps.steps as steps
    from steps
    inner join funnels
        on steps.project_id = funnels.project_id
            and steps.funnel_id = funnels.funnel_id
    inner join {{ ref('int_projects') }} as projects
        on steps.project_id = projects.project_id

),

events as (

    select * from {{ ref('fct_events') }}
    where is_counted
        and person_id != {{ nil_uuid() }}
        and (project_id, event_name) in (
            select
                project_id,
                event_name
            from funnel_events
        )

),

matched as (

    select
        events.project_id as project_id,
        funnel_events.funnel_id as funnel_id,
        events.person_id as person_id,
        funnel_events.step_count as step_count,
        events.event_date as event_date,
        toUnixTimestamp64Milli(events.occurred_at) as occurred_ms,
        {{
            window_deadline(
                'events.occurred_at', 'window_size', 'window_unit'
            )
        }} as deadline_ms,
        toUInt16(arraySum(
            step -> if(
                arrayAll(
                    condition -> {{
                        condition_holds(
                            field_text('condition.1'), 'condition.2', 'condition.3'
                        )
                    }},
                    step.2
                ),
                bitShiftLeft(toUInt16(1), step.1 - 1),
                0
            ),
            funnel_events.steps
        )) as step_mask
    from events
    inner join funnel_events
        on events.project_id = funnel_events.project_id
            and events.event_name = funnel_events.event_name

),

people as (

    select
        project_id,
        funnel_id,
        person_id,
        step_count,
        arraySort(
            groupArray((occurred_ms, deadline_ms, event_date, step_mask))
        ) as points
    from matched
    where step_mask > 0
    group by project_id, funnel_id, person_id, step_count
    having arrayExists(point -> bitTest(point.4, 0), points)

),

instants as (

    select
        * except (points),
        arrayMap(
            instant -> (
                tupleElement(instant[1], 1),
                tupleElement(instant[1], 2),
                tupleElement(instant[1], 3),
                arrayMap(
                    level -> {{
                        steps_advanced('instant.4', 'level', 'step_count')
                    }},
                    range(toUInt8(step_count))
                )
            ),
            arraySplit(
                (point, gap_ms) -> gap_ms > 0,
                points,
                arrayDifference(points.1)
            )
        ) as instants
    from people

),

folded as (

    select
        project_id,
        funnel_id,
        person_id,
        arrayJoin(tupleElement(
            arrayFold(
                (state, instant) -> (
                    arrayMap(
                        (reachable, advance, level) -> if(
                            advance = 0,
                            reachable,
                            {{
                                reached_times(
                                    'instant',
                                    'state.1[level + advance]',
                                    'level + advance'
                                )
                            }}
                        ),
                        state.1,
                        arrayPushBack(arrayPopFront(instant.4), 0),
                        arrayEnumerate(state.1)
                    ),
                    if(
                        instant.4[1] = 0,
                        state.2,
                        {{ best_of_day('state.2', 'instant') }}
                    )
                ),
                arrayReverse(instants),
                (
                    arrayWithConstant(
                        step_count,
                        arrayWithConstant(step_count, {{ never }})
                    ),
                    cast([], 'Array(Tuple(Date, Array(Int64)))')
                )
            ),
            2
        )) as attempt
    from instants

)

select
    project_id,
    funnel_id,
    person_id,
    attempt.1 as entry_date,
    arrayMap(
        reached_ms -> fromUnixTimestamp64Milli(reached_ms, 'UTC'), attempt.2
    ) as reached_at
from folded
