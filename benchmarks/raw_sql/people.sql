-- Put before the statements that count people: events with their person. A device's events without a user belong to the
-- user whom it names first.
WITH
    {from:Date} AS from_day,
    {to:Date} AS to_day,
    links AS
    (
        SELECT anonymous_id, argMin(user_id, (timestamp, event_id)) AS linked_user_id
        FROM raw.events
        WHERE project_id = {project:String} AND anonymous_id != '' AND user_id != ''
        GROUP BY anonymous_id
    ),
    people AS
    (
        SELECT
            multiIf(user_id != '', user_id, linked_user_id != '', linked_user_id, anonymous_id) AS person,
            anonymous_id AS device,
            event_name,
            timestamp,
            toDate(timestamp, {zone:String}) AS day
        FROM raw.events
        LEFT ANY JOIN links USING (anonymous_id)
        WHERE project_id = {project:String} AND NOT is_bot
    )
