-- Events of visits: each visit is of one device, goes on for some minutes, and its events arrive within seconds, but for
-- 1 % that arrive up to 30 days late. Numbers from `first` on are distinct events; loads follow the order of arrival.
INSERT INTO raw.events
(
    project_id, event_id, type, event_name, user_id, anonymous_id, session_id, timestamp, original_timestamp,
    received_at, timestamp_rule, properties, url, path, title, referrer_domain, channel, utm_source, utm_medium,
    browser, os, device_type, country, platform, library, _stream, _frame, _row, load_id
)
WITH
    toDateTime64({start:String}, 3, 'UTC') AS first_moment,
    intDiv(number, 12) AS visit,
    number % 12 AS step,
    cityHash64(visit, 1) % {persons:UInt64} AS person,
    person * 3 + cityHash64(visit, 2) % 10 % 2 AS device,
    cityHash64(visit, 3) % {span_ms:UInt64} AS visit_ms,
    addMilliseconds(first_moment, {from_ms:UInt64} + visit_ms + step * 45000 + cityHash64(number, 4) % 30000) AS arrived,
    cityHash64(number, 5) % 100 = 0 AS is_late,
    addMilliseconds(arrived, -toInt64(cityHash64(number, 6) % if(is_late, 2592000000, 20000))) AS happened,
    cityHash64(number, 7) % 10000 AS draw,
    multiIf(
        person % 4 = 0 AND step = 3 AND cityHash64(visit, 8) % 6 = 0, 'identify',
        draw < 5500, 'page_view',
        draw < 7500, 'button_clicked',
        draw < 8800, 'product_viewed',
        draw < 9500, 'added_to_cart',
        draw < 9800, 'checkout_started',
        draw < 9900, 'order_completed',
        draw < 9930, 'signed_up',
        draw < 9945, 'plan_upgraded',
        'searched'
    ) AS name,
    concat('/p/', toString(cityHash64(number, 9) % 500)) AS page_path,
    leftPad(hex(toUnixTimestamp64Milli(happened)), 12, '0') AS moment
SELECT
    {project:String},
    toUUID(concat(substring(moment, 1, 8), '-', substring(moment, 9, 4), '-7000-8000-', leftPad(hex(number), 12, '0'))),
    multiIf(name = 'identify', 'identify', name = 'page_view', 'page', 'track'),
    name,
    if(name = 'identify' OR (person % 4 = 0 AND step > 3), concat('user_', toString(person)), ''),
    concat('device_', toString(device)),
    concat('s', toString(visit)),
    happened,
    happened,
    arrived,
    'client',
    multiIf(
        name = 'order_completed',
        concat('{"revenue":', toString(cityHash64(number, 11) % 20000 / 100), ',"currency":"EUR","order_id":"', toString(number), '"}'),
        name = 'identify', '{}',
        concat('{"position":', toString(draw % 40), ',"plan":"', ['free', 'growth', 'enterprise'][draw % 3 + 1], '"}')
    ),
    if(name = 'page_view', concat('https://shop.example.com', page_path), ''),
    if(name = 'page_view', page_path, ''),
    if(name = 'page_view', 'A page', ''),
    if(step = 0, ['google.com', '', 't.co', 'news.example.org'][visit % 4 + 1], ''),
    if(step = 0, ['Organic Search', 'Direct', 'Organic Social', 'Referral'][visit % 4 + 1], ''),
    if(step = 0 AND visit % 7 = 0, 'news', ''),
    if(step = 0 AND visit % 7 = 0, 'email', ''),
    ['Chrome', 'Safari', 'Firefox'][device % 3 + 1],
    ['Windows', 'iOS', 'Android', 'Mac OS X'][device % 4 + 1],
    ['desktop', 'mobile', 'tablet'][device % 3 + 1],
    ['DE', 'FR', 'GB', 'US', 'BR'][person % 5 + 1],
    'web',
    'web',
    1,
    number,
    0,
    {first_load:UInt64} + intDiv(
        toUnixTimestamp64Milli(arrived) - toUnixTimestamp64Milli(first_moment) - {from_ms:UInt64},
        {load_ms:UInt64}
    )
FROM numbers({first:UInt64}, {count:UInt64})
