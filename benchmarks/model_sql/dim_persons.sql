WITH
    bitOr(
        bitShiftLeft(toUInt256(toUnixTimestamp64Milli(occurred_at)), 128), toUInt256(toUInt128(event_id))
    ) AS place,
    persons AS
    (
        SELECT
            project_id,
            person_id,
            min(occurred_at) AS first_seen_at,
            min(event_date) AS first_seen_date,
            max(occurred_at) AS last_seen_at,
            arraySort(groupArrayIf((place, traits), event_type = 'identify' AND traits NOT IN ('', '{}'))).2 AS sent,
            argMin(
                (
                    channel, utm_source, utm_medium, utm_campaign, referrer_domain,
                    country, device_type, browser, os, platform
                ),
                place
            ) AS touch,
            sum(revenue) AS total,
            count() AS event_count,
            uniqExact(session_id) AS session_count
        FROM analytics.fct_events
        WHERE is_counted AND person_id != toUUID('00000000-0000-0000-0000-000000000000')
        GROUP BY project_id, person_id
    ),
    ids AS
    (
        SELECT
            person_id AS person,
            arraySort(groupArrayIf(distinct_id, method = 'user')) AS user_ids,
            arraySort(groupArrayIf(distinct_id, method != 'user')) AS anonymous_ids
        FROM analytics.dim_identities
        GROUP BY person_id
    )
SELECT
    persons.* EXCEPT (sent, touch, total),
    user_ids,
    anonymous_ids,
    notEmpty(user_ids) AS is_identified,
    arrayFlatten(arrayMap(object -> JSONExtractKeysAndValuesRaw(object), sent)) AS entries,
    concat(
        '{',
        arrayStringConcat(
            arrayMap(
                name -> concat(toJSONString(name), ':', arrayLast(entry -> entry.1 = name, entries).2),
                arraySort(arrayDistinct(entries.1))
            ),
            ','
        ),
        '}'
    ) AS traits,
    touch.1 AS first_channel,
    touch.2 AS first_utm_source,
    touch.3 AS first_utm_medium,
    touch.4 AS first_utm_campaign,
    touch.5 AS first_referrer_domain,
    touch.6 AS first_country,
    touch.7 AS first_device_type,
    touch.8 AS first_browser,
    touch.9 AS first_os,
    touch.10 AS first_platform,
    toDecimal64(
        greatest(least(total, toDecimal128('99999999999999.9999', 4)), toDecimal128('-99999999999999.9999', 4)), 4
    ) AS lifetime_revenue
FROM persons
LEFT ANY JOIN ids ON person_id = person
