WITH
    profiles AS
    (
        SELECT
            project_id,
            event_name,
            property_name,
            sum(profiles.event_count) AS events,
            groupBitOr(value_types) AS types,
            toNullable(min(first_seen_at)) AS first_at,
            toNullable(max(last_seen_at)) AS last_at,
            arraySort(arrayDistinct(groupArrayArray(samples))) AS sorted,
            -- Of each bucket the least.
            arraySlice(
                arrayFilter(
                    (sample, number) -> indexOf(arrayMap(one -> one.1 % 256, sorted), sample.1 % 256) = number,
                    sorted,
                    arrayEnumerate(sorted)
                ),
                1,
                5
            ).2 AS values
        FROM intermediate.int_property_profiles AS profiles
        WHERE property_name != ''
            AND (NOT is_bot OR project_id IN (SELECT project_id FROM intermediate.int_projects WHERE include_bots))
        GROUP BY project_id, event_name, property_name
    ),
    united AS
    (
        SELECT
            project_id,
            event_name,
            property_name,
            max(text) AS description,
            max(planned) AS is_documented,
            max(type) AS planned_type,
            sum(events) AS event_count,
            groupBitOr(types) AS types,
            max(first_at) AS first_seen_at,
            max(last_at) AS last_seen_at,
            groupArrayArray(values) AS sample_values
        FROM
        (
            SELECT * EXCEPT (sorted), '' AS type, '' AS text, false AS planned FROM profiles
            UNION ALL
            SELECT project_id, event_name, property_name, 0, 0, NULL, NULL, [], value_type, description, true
            FROM staging.stg_event_schemas
            WHERE property_name != ''
        )
        GROUP BY project_id, event_name, property_name
    ),
    totals AS (SELECT project_id AS project, event_name AS name, event_count AS total FROM analytics.dim_events)
SELECT
    united.*,
    if(
        event_count = 0,
        planned_type,
        transform(types, [1, 2, 4, 8, 16], ['string', 'number', 'boolean', 'object', 'array'], 'mixed')
    ) AS value_type,
    if(total = 0, 0, event_count / total) AS fill_rate
FROM united
LEFT ANY JOIN totals ON project_id = project AND event_name = name
