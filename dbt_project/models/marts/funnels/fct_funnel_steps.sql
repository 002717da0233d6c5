{{
    config(
        order_by='(project_id, funnel_id, entry_date, person_id, session_id, step_index)'
    )
}}

with

attempts as (

    select * from {{ ref('int_funnel_attempts') }}

),

funnels as (

    select * from {{ ref('stg_funnels') }}

),

steps as (

    select * from {{ ref('stg_funnel_steps') }}

),

owned as (

    select
        attempts.*,
        funnels.counted_by = 'session' as is_of_session
    from attempts
    inner join funnels
        on attempts.project_id = funnels.project_id
            and attempts.funnel_id = funnels.funnel_id

),

sessions as (

    select
        project_id,
        session_id,
        person_id
    from {{ ref('fct_sessions') }}
    where
        (project_id, session_id) in (
            select
                project_id,
                actor_id
            from owned
            where is_of_session
        )

),

taken as (

    select
        *,
        reached_at[1] as entered_at,
        arrayFilter(
            number -> reached_at[number] is not null, arrayEnumerate(reached_at)
        ) as step_numbers,
        toUInt8(arrayJoin(step_numbers)) as step_index,
        reached_at[step_index] as step_reached_at,
        arrayLast(
            reached -> reached is not null,
            arraySlice(reached_at, 1, greatest(step_index - 1, 1))
        ) as previous_reached_at
    from owned

)

select
    taken.project_id as project_id,
    taken.funnel_id as funnel_id,
    if(taken.is_of_session, sessions.person_id, taken.actor_id) as person_id,
    if(taken.is_of_session, taken.actor_id, {{ nil_uuid() }}) as session_id,
    taken.entry_date as entry_date,
    assumeNotNull(taken.entered_at) as entered_at,
    taken.step_index as step_index,
    steps.step_name as step_name,
    assumeNotNull(taken.step_reached_at) as reached_at,
    assumeNotNull(dateDiff(
        'millisecond', taken.previous_reached_at, taken.step_reached_at
    )) / 1000 as seconds_from_previous,
    taken.breakdown_value as breakdown_value
from taken
inner join steps
    on taken.project_id = steps.project_id
        and taken.funnel_id = steps.funnel_id
        and taken.step_index = steps.step_index
any left join sessions
    on taken.project_id = sessions.project_id
        and taken.actor_id = sessions.session_id
