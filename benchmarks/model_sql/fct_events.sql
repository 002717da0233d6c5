-- The settings of projects come with the offsets, so that three joins do.
WITH
    toUUID('00000000-0000-0000-0000-000000000000') AS nobody,
    zones AS
    (
        SELECT project_id AS project, include_bots, default_currency, change.1 AS valid_from, change.2 AS seconds
        FROM intermediate.int_projects
        ARRAY JOIN utc_offsets AS change
    ),
    owners AS (SELECT project_id AS project, distinct_id AS id, person_id FROM analytics.dim_identities),
    starts AS
    (
        SELECT project_id AS project, device_id AS device, started_at, session_id AS session, run_started_at AS run
        FROM intermediate.int_session_starts
    )
SELECT
    * EXCEPT (currency),
    valid_user_id != '' AS is_identified,
    NOT is_bot OR include_bots AS is_counted,
    if(is_counted, session, nobody) AS session_id,
    if(is_counted, run, occurred_at) AS run_started_at,
    occurred_at + toIntervalSecond(seconds) AS local_at,
    toDate(local_at) AS event_date,
    toStartOfHour(toDateTime(local_at, 'UTC')) AS event_hour,
    if(events.currency = '', default_currency, events.currency) AS currency
FROM staging.stg_events AS events
ASOF LEFT JOIN zones ON project_id = zones.project AND occurred_at >= valid_from
LEFT ANY JOIN owners ON project_id = owners.project AND distinct_id = id
ASOF LEFT JOIN starts ON project_id = starts.project AND device_id = device AND occurred_at >= started_at
