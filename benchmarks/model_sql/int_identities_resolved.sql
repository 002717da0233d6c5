WITH
    links AS
    (
        SELECT
            project_id,
            distinct_id,
            max(is_identified) = 1 AS is_user,
            min(first_seen_at) AS seen_at,
            min(identified_at) AS user_seen_at,
            min(first_link) AS own_link
        FROM intermediate.int_identity_links
        GROUP BY project_id, distinct_id
    ),
    components AS
    (
        SELECT project_id AS project, distinct_id AS id, first_id AS leader, first_link
        FROM intermediate.int_identity_components
    ),
    overrides AS
    (
        SELECT project_id AS project, distinct_id AS id, action, user_id AS target, decided_at
        FROM intermediate.int_identity_overrides
        WHERE is_effective
    ),
    resolved AS
    (
        SELECT
            project_id,
            distinct_id,
            if(components.id = '', distinct_id, leader) AS first_id,
            if(components.id = '', own_link, first_link) AS link,
            overrides.id != '' AS is_overridden,
            multiIf(
                is_user, ('user', distinct_id, user_seen_at),
                is_overridden, (action, target, decided_at),
                link.3 != '', (if(link = own_link, link.4, 'alias'), link.3, link.1),
                (if(first_id = distinct_id, 'anonymous', 'alias'), '', seen_at)
            ) AS found
        FROM links
        LEFT ANY JOIN components ON project_id = components.project AND distinct_id = components.id
        LEFT ANY JOIN overrides ON project_id = overrides.project AND distinct_id = overrides.id
    )
SELECT
    project_id,
    distinct_id,
    SHA1(concat(
        unhex('6ba7b8129dad11d180b400c04fd430c8'),
        project_id,
        if(found.2 != '', concat(':u:', found.2), concat(':a:', first_id))
    )) AS digest,
    toUUID(UUIDNumToString(toFixedString(concat(
        substring(digest, 1, 6),
        char(bitOr(bitAnd(reinterpretAsUInt8(substring(digest, 7, 1)), 15), 80)),
        substring(digest, 8, 1),
        char(bitOr(bitAnd(reinterpretAsUInt8(substring(digest, 9, 1)), 63), 128)),
        substring(digest, 10, 7)
    ), 16))) AS person_id,
    found.2 AS user_id,
    found.3 AS linked_at,
    found.1 AS method
FROM resolved
