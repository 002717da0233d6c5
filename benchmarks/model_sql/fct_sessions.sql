-- Pages are gathered with their order, so that the first and the last need no search of their own.
WITH
    bitOr(
        bitShiftLeft(toUInt256(toUnixTimestamp64Milli(occurred_at)), 128), toUInt256(toUInt128(event_id))
    ) AS place,
    visits AS
    (
        SELECT
            any(project_id) AS project_id,
            session_id,
            any(device_id) AS device_id,
            min(run_started_at) AS run_started_at,
            min(occurred_at) AS started_at,
            max(occurred_at) AS ended_at,
            min(event_date) AS session_date,
            min(event_hour) AS session_hour,
            arraySort(groupArray(toUnixTimestamp64Milli(occurred_at))) AS times,
            arraySort(groupArrayIf((place, event_name), is_page_view OR is_interactive)).2 AS names,
            arraySort(groupArrayIf((place, path), is_page_view)).2 AS pages,
            if(countIf(is_identified) > 0, argMaxIf(person_id, place, is_identified), any(person_id)) AS person_id,
            argMinIf(url, place, is_page_view) AS landing_url,
            argMaxIf(url, place, is_page_view) AS exit_url,
            argMinIf(tracker_session_id, place, tracker_session_id != '') AS tracker_session_id,
            argMin(
                (
                    channel, utm_source, utm_medium, utm_campaign, utm_term, utm_content,
                    referrer_domain, device_type, browser, os, country, platform
                ),
                place
            ) AS entry,
            argMaxIf(
                (utm_source, utm_medium, utm_campaign, utm_term, utm_content),
                place,
                utm_source != '' OR utm_medium != '' OR utm_campaign != '' OR utm_term != '' OR utm_content != ''
            ) AS last,
            count() AS event_count,
            countIf(is_order) AS order_count,
            countIf(is_interactive) AS interactive_count,
            sum(revenue) AS total
        FROM analytics.fct_events
        WHERE session_id != toUUID('00000000-0000-0000-0000-000000000000')
        GROUP BY session_id
    )
SELECT
    * EXCEPT (times, names, pages, entry, last, interactive_count, total),
    dateDiff('millisecond', started_at, ended_at) / 1000 AS duration_seconds,
    arraySum(gap_ms -> least(gap_ms, 60000), arrayDifference(times)) / 1000 AS engaged_seconds,
    length(pages) AS page_view_count,
    page_view_count = 1 AND interactive_count = 0 AND engaged_seconds < 10 AS is_bounce,
    pages[1] AS entry_path,
    pages[-1] AS exit_path,
    arrayCompact(arrayRemove(names, '')) AS event_steps,
    arraySlice(event_steps, 1, 100) AS event_path,
    length(event_steps) AS event_step_count,
    arrayCompact(arrayRemove(pages, '')) AS page_steps,
    arraySlice(page_steps, 1, 100) AS page_path,
    length(page_steps) AS page_step_count,
    entry.1 AS channel,
    entry.2 AS utm_source,
    entry.3 AS utm_medium,
    entry.4 AS utm_campaign,
    entry.5 AS utm_term,
    entry.6 AS utm_content,
    last.1 AS last_utm_source,
    last.2 AS last_utm_medium,
    last.3 AS last_utm_campaign,
    last.4 AS last_utm_term,
    last.5 AS last_utm_content,
    entry.7 AS referrer_domain,
    entry.8 AS device_type,
    entry.9 AS browser,
    entry.10 AS os,
    entry.11 AS country,
    entry.12 AS platform,
    toDecimal64(
        greatest(least(total, toDecimal128('99999999999999.9999', 4)), toDecimal128('-99999999999999.9999', 4)), 4
    ) AS revenue
FROM visits
