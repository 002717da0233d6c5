{{ config(order_by='(project_id, device_id, started_at)') }}

-- depends_on: {{ ref('int_activity_ranges') }}

-- Depends on the set of points only, so an event that is read twice does no harm.
-- Lambdas take neighbours as arguments: an array captured in one is copied for every
-- element.

{% set events = history_of('fct_events') %}

with

projects as (

    select * from {{ ref('int_projects') }}

),

midnights as (

    select
        project_id,
        arrayJoin(utc_offsets) as utc_offset,
        utc_offset.1 as valid_from,
        utc_offset.2 as offset_seconds
    from projects
    where session_cut_at_midnight

),

new_events as (

    select * from {{ ref('stg_events') }}
    where
        {{ in_batch() if events else up_to_window() }}
        and device_id != ''

),

{% if events %}
old_events as (

    select * from {{ events }}
    where is_counted and {{ in_recomputed_ranges(events) }}

),
{% endif %}

observations as (

    select
        new_events.project_id as project_id,
        new_events.device_id as device_id,
        new_events.occurred_at as occurred_at,
        {{ campaign_key('new_events') }} as campaign
    from new_events
    any left join projects on new_events.project_id = projects.project_id
    where not new_events.is_bot or projects.include_bots

    {% if events %}
    union all

    select
        old_events.project_id as project_id,
        old_events.device_id as device_id,
        old_events.occurred_at as occurred_at,
        {{ campaign_key('old_events') }} as campaign
    from old_events
    any left join projects on old_events.project_id = projects.project_id
    {% endif %}

),

points as (

    select
        observations.project_id as project_id,
        observations.device_id as device_id,
        toUnixTimestamp64Milli(observations.occurred_at) as occurred_ms,
        if(
            midnights.project_id = '',
            0,
            toInt32(toDate32(
                observations.occurred_at
                + toIntervalSecond(midnights.offset_seconds)
            ))
        ) as local_day,
        observations.campaign as campaign
    from observations
    asof left join midnights
        on observations.project_id = midnights.project_id
            and observations.occurred_at >= midnights.valid_from

),

devices as (

    select
        project_id,
        device_id,
        arraySort(groupArray((occurred_ms, local_day, campaign))) as points
    from points
    group by project_id, device_id

),

instants as (

    select
        devices.project_id as project_id,
        devices.device_id as device_id,
        1000 * toInt64(projects.session_timeout_seconds) as timeout_ms,
        1000 * toInt64(projects.session_cap_seconds) as cap_ms,
        -- The last point of a millisecond, which carries its greatest campaign.
        arrayFilter(
            (point, next_ms) -> point.1 != next_ms,
            devices.points,
            arrayShiftLeft(devices.points.1, 1, toInt64(-1))
        ) as instants
    from devices
    any left join projects on devices.project_id = projects.project_id

),

runs as (

    select
        project_id,
        device_id,
        cap_ms,
        arrayJoin(
            arraySplit(
                (instant, gap_ms) -> gap_ms >= timeout_ms,
                instants,
                arrayDifference(instants.1)
            )
        ) as run
    from instants

),

marked as (

    select
        project_id,
        device_id,
        tupleElement(run[1], 1) as run_started_ms,
        run.1 as times,
        arrayZip(
            arrayMap(
                time -> intDiv(time - run_started_ms, cap_ms),
                times
            ),
            run.2,
            arrayFill(campaign -> campaign != '', run.3)
        ) as marks
    from runs

),

sessions as (

    select
        project_id,
        device_id,
        run_started_ms,
        arrayJoin(
            arrayFilter(
                (time, mark, previous_mark, number) ->
                number = 1 or mark != previous_mark,
                times,
                marks,
                arrayShiftRight(marks, 1),
                arrayEnumerate(times)
            )
        ) as started_ms
    from marked

)

select
    project_id,
    device_id,
    fromUnixTimestamp64Milli(started_ms, 'UTC') as started_at,
    fromUnixTimestamp64Milli(run_started_ms, 'UTC') as run_started_at,
    toUUID(
        UUIDNumToString(sipHash128(project_id, device_id, started_ms))
    ) as session_id
from sessions
