WITH
    counted AS
    (
        SELECT
            project_id,
            event_name,
            sum(event_count) AS events,
            toNullable(min(first_seen_at)) AS first_at,
            toNullable(max(last_seen_at)) AS last_at
        FROM intermediate.int_property_profiles
        WHERE property_name = ''
            AND (NOT is_bot OR project_id IN (SELECT project_id FROM intermediate.int_projects WHERE include_bots))
        GROUP BY project_id, event_name
    )
SELECT
    project_id,
    event_name,
    max(text) AS description,
    max(planned) AS is_documented,
    sum(events) AS event_count,
    max(first_at) AS first_seen_at,
    max(last_at) AS last_seen_at
FROM
(
    SELECT *, '' AS text, false AS planned FROM counted
    UNION ALL
    SELECT project_id, event_name, 0, NULL, NULL, description, true
    FROM staging.stg_event_schemas
    WHERE property_name = ''
)
GROUP BY project_id, event_name
