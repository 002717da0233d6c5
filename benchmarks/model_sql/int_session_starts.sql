-- One join brings all settings of a project. Points of a device are sorted once and cut as arrays.
WITH
    zones AS
    (
        SELECT
            project_id AS project,
            session_cut_at_midnight AS by_day,
            session_cut_on_campaign AS by_campaign,
            include_bots,
            1000 * toInt64(session_timeout_seconds) AS timeout_ms,
            1000 * toInt64(session_cap_seconds) AS cap_ms,
            change.1 AS valid_from,
            change.2 AS seconds
        FROM intermediate.int_projects
        ARRAY JOIN utc_offsets AS change
    ),
    devices AS
    (
        SELECT
            project_id,
            device_id,
            any(timeout_ms) AS timeout_ms,
            any(cap_ms) AS cap_ms,
            arraySort(groupArray((
                toUnixTimestamp64Milli(occurred_at),
                if(by_day, toInt32(toDate32(occurred_at + toIntervalSecond(seconds))), 0),
                if(by_campaign, concat(utm_source, utm_medium, utm_campaign), '')
            ))) AS points,
            -- The last point of a millisecond, which carries its greatest campaign.
            arrayFilter((point, next) -> point.1 != next, points, arrayShiftLeft(points.1, 1, -1)) AS instants
        FROM staging.stg_events
        ASOF LEFT JOIN zones ON project_id = zones.project AND occurred_at >= valid_from
        WHERE device_id != '' AND (NOT is_bot OR include_bots)
        GROUP BY project_id, device_id
    ),
    runs AS
    (
        SELECT
            project_id,
            device_id,
            arrayJoin(arraySplit((_, gap) -> gap >= timeout_ms, instants, arrayDifference(instants.1))) AS run,
            run[1].1 AS run_started_ms,
            arrayMap((at, day, campaign) -> (intDiv(at - run_started_ms, cap_ms), day, campaign),
                run.1, run.2, arrayFill(campaign -> campaign != '', run.3)) AS marks
        FROM devices
    )
SELECT
    project_id,
    device_id,
    arrayJoin(arrayFilter(
        (at, mark, previous, number) -> number = 1 OR mark != previous,
        run.1, marks, arrayShiftRight(marks, 1), arrayEnumerate(marks)
    )) AS started_ms,
    fromUnixTimestamp64Milli(started_ms, 'UTC') AS started_at,
    fromUnixTimestamp64Milli(run_started_ms, 'UTC') AS run_started_at,
    toUUID(UUIDNumToString(sipHash128(project_id, device_id, started_ms))) AS session_id
FROM runs
