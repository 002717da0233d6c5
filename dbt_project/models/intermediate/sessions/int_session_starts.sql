{{ config(order_by='(project_id, device_id, started_at)') }}

-- depends_on: {{ ref('int_activity_ranges') }}

-- Depends on the set of points only, so an event that is read twice does no harm.

{% set events = history_of('fct_events') %}

with

projects as (

    select * from {{ ref('int_projects') }}

),

batch as (

    select * from {{ ref('stg_events') }}
    where
        {% if events -%}
        {{ in_batch() }}
        {%- else -%}
        load_id <= {{ window_value('hi') }}
        {%- endif %}

),

new_points as (

    select
        batch.project_id as project_id,
        batch.device_id as device_id,
        toUnixTimestamp64Milli(batch.occurred_at) as occurred_ms,
        {{ campaign_hash() }} as campaign
    from batch
    any left join projects on batch.project_id = projects.project_id
    where batch.device_id != ''
        and (not batch.is_bot or projects.include_bots)

),

{% if events %}
ranges as (

    select * from {{ ref('int_activity_ranges') }}

),

old_events as (

    select * from {{ events }}
    where {{ before_batch() }}
        and is_counted
        and (project_id, device_id) in (
            select
                project_id,
                device_id
            from ranges
        )

),

old_points as (

    select
        old_events.project_id as project_id,
        old_events.device_id as device_id,
        toUnixTimestamp64Milli(old_events.occurred_at) as occurred_ms,
        {{ campaign_hash() }} as campaign
    from old_events
    inner join ranges
        on old_events.project_id = ranges.project_id
        and old_events.device_id = ranges.device_id
    where old_events.occurred_at between ranges.range_from and ranges.range_to

),
{% endif %}

points as (

    select * from new_points
    {% if events %}
    union all
    select * from old_points
    {% endif %}

),

devices as (

    select
        project_id,
        device_id,
        arraySort(groupArray((occurred_ms, campaign))) as points
    from points
    group by project_id, device_id

),

configured as (

    select
        devices.project_id as project_id,
        devices.device_id as device_id,
        devices.points as points,
        1000 * toInt64(projects.session_timeout_seconds) as timeout_ms,
        1000 * toInt64(projects.session_cap_seconds) as cap_ms,
        projects.session_cut_at_midnight as session_cut_at_midnight,
        projects.session_cut_on_campaign as session_cut_on_campaign,
        arrayMap(
            change -> (toUnixTimestamp64Milli(change.1), change.2 * 1000),
            projects.utc_offsets
        ) as utc_offsets
    from devices
    any left join projects on devices.project_id = projects.project_id

),

runs as (

    select
        * except (points),
        arrayJoin(
            arraySplit(
                (point, gap_ms) -> gap_ms >= timeout_ms,
                points,
                arrayDifference(points.1)
            )
        ) as run
    from configured

),

marked as (

    select
        *,
        run[1].1 as run_started_ms,
        run.1 as times,
        arrayMap(time -> intDiv(time - run_started_ms, cap_ms), times) as steps,
        if(
            session_cut_at_midnight,
            arrayMap(
                time -> intDiv(
                    time + arrayLast(change -> change.1 <= time, utc_offsets).2,
                    86400000
                ),
                times
            ),
            []
        ) as days,
        if(
            session_cut_on_campaign,
            arrayFill(campaign -> campaign != 0, run.2),
            []
        ) as campaigns
    from runs

),

sessions as (

    select
        project_id,
        device_id,
        run_started_ms,
        arrayJoin(
            arrayFilter(
                (time, number) -> number = 1
                or (
                    time != times[number - 1]
                    and (
                        steps[number] != steps[number - 1]
                        or days[number] != days[number - 1]
                        or campaigns[number] != campaigns[number - 1]
                    )
                ),
                times,
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
