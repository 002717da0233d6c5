SELECT
    project_id,
    person_id,
    min(occurred_at) AS first_seen_at,
    arraySort(groupUniqArray(event_date)) AS active_dates,
    arraySort(arrayDistinct(arrayMap(
        at -> intDiv(dateDiff('millisecond', first_seen_at, at), 24 * 60 * 60 * 1000), groupArray(occurred_at)
    ))) AS active_days
FROM analytics.fct_events
WHERE is_counted AND person_id != toUUID('00000000-0000-0000-0000-000000000000')
GROUP BY project_id, person_id
