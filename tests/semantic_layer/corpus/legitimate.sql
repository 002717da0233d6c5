-- Statements that analysts write and that must pass, keep their meaning and run, one a paragraph.

-- # simple reads
select 1

select 1 as one, 'two' as two, 3.5 as three, null as nothing, true as yes

select count() from fct_events

select count(*) from analytics.fct_events

SELECT COUNT(*) FROM `analytics`.`fct_events`;

from fct_events select event_name, count() group by event_name

select * from fct_events limit 5

select * except (properties, traits) from fct_events limit 5

select fct_events.* from fct_events limit 5

select e.* from fct_events as e limit 5

select analytics.fct_events.country from analytics.fct_events limit 5

select columns('^utm_') from fct_events limit 5

select columns(country, browser) from fct_events limit 5

select * replace (upper(country) as country) from fct_events limit 1

select columns('^event_') apply (toString) from fct_events limit 1

select distinct country from fct_events order by country

select distinct on (country) country, browser from fct_events order by country, browser

select top 3 country from fct_events

select event_name, count(), from fct_events group by event_name

-- # comments and odd spelling
select /* how many */ count() -- rows
from fct_events

select 'it''s', 'a\'b', 'back\\slash', 'tab\t', 'é', '数', $$dollar 'quoted'$$

select "country" as "the country", `browser` as `the browser` from fct_events limit 1

select event_name as `select` from fct_events order by `select` limit 1

-- # filters
select count() from fct_events where event_name = 'page_view' and country != '' or not is_bot

select count() from fct_events where country in ('DE', 'FR')

select count() from fct_events where country not in ('DE', 'FR', '')

select count() from fct_events where (country, browser) in (('DE', 'Firefox'), ('FR', 'Safari'))

select count() from fct_events where event_date between '2026-03-01' and '2026-03-31'

select count() from fct_events where path like '/docs/%' or path ilike '%PRICING%'

select count() from fct_events where match(path, '^/blog/[0-9]+$')

select count() from fct_events where has(['DE', 'FR'], country)

select count() from fct_events where event_date >= today() - interval 7 day

select count() from fct_events where occurred_at > now() - interval 24 hour

select count() from fct_events where user_id in (select user_id from fct_events where is_order)

select count() from fct_events where person_id global in (select person_id from dim_persons)

select count() from fct_events where session_id not in (select session_id from fct_sessions where is_bounce)

select count() from fct_events prewhere event_name = 'page_view' where country = 'DE'

select count() from dim_persons as p where exists (select 1 from fct_events as e where e.user_id = 'u1')

select count() from fct_events where user_id = (select max(user_id) from fct_events)

select count() from fct_events where 1 = any (select 1)

-- # groups
select country, count() as n from fct_events group by country having n > 1 order by n desc, country

select country, browser, uniq(person_id) from fct_events group by all order by all

select country, count() from fct_events group by country with rollup order by country

select country, browser, count() from fct_events group by cube(country, browser) order by 1, 2

select country, browser, count() from fct_events group by grouping sets ((country), (browser), ()) order by 1, 2

select country, count() from fct_events group by country with totals order by country

select country, browser, count() as n from fct_events group by country, browser order by country, n desc limit 1 by country

select country, browser, count() as n from fct_events group by country, browser order by country, n desc limit 2 by country limit 10

select event_date, count() from fct_events group by event_date order by event_date with fill from toDate('2026-03-01') to toDate('2026-03-05')

select event_date, count() as n from fct_events group by event_date order by event_date with fill step 1 interpolate (n as 0)

select country, count() from fct_events group by country order by count() desc limit 3 with ties

select country from fct_events order by country nulls first limit 2 offset 1

select country from fct_events order by country desc nulls last fetch first 2 rows only

-- # aggregates
select countIf(country = 'DE'), sumIf(revenue, is_order), avgIf(revenue, is_order), uniqExactIf(person_id, is_order) from fct_events

select count(distinct person_id), COUNT(DISTINCT session_id), sum(distinct toUInt64(is_order)) from fct_events

select uniq(person_id), uniqExact(person_id), uniqCombined(person_id), uniqHLL12(person_id) from fct_events

select quantile(0.5)(revenue), quantiles(0.5, 0.9, 0.99)(revenue), median(revenue), quantileExact(0.9)(revenue) from fct_events

select min(revenue), max(revenue), avg(revenue), sum(revenue), stddevPop(revenue), varSamp(revenue) from fct_events

select argMax(path, occurred_at), argMin(path, occurred_at), any(country), anyLast(country), first_value(path), last_value(path) from fct_events

select groupArray(3)(path), groupUniqArray(country), topK(3)(event_name), groupArraySorted(2)(path) from fct_events

select sum(revenue) filter (where is_order) from fct_events

select avgOrNull(revenue), sumOrDefault(revenue), maxOrNull(revenue) from fct_events where 0

select uniqMerge(state) from (select uniqState(person_id) as state from fct_events group by country)

select windowFunnel(86400)(toDateTime(occurred_at), event_name = 'page_view', is_order) from fct_events group by person_id

select retention(event_date = '2026-03-01', event_date = '2026-03-02') from fct_events group by person_id

select sequenceMatch('(?1).*(?2)')(toDateTime(occurred_at), event_name = 'page_view', is_order) from fct_events group by person_id

select corr(duration_seconds, toFloat64(page_view_count)) from fct_sessions

-- # time
select toStartOfWeek(event_date, 1) as week, count() from fct_events group by week order by week

select date_trunc('month', event_date) as month, count() from fct_events group by month order by month

select toStartOfInterval(occurred_at, interval 15 minute) as quarter, count() from fct_events group by quarter order by quarter

select toHour(event_hour) as hour, toDayOfWeek(event_date) as weekday, count() from fct_events group by hour, weekday order by hour, weekday

select extract(year from event_date) as year, formatDateTime(event_date, '%Y-%m') as month, count() from fct_events group by year, month order by month

select dateDiff('day', min(event_date), max(event_date)), age('month', min(event_date), max(event_date)) from fct_events

select toTimeZone(occurred_at, 'Europe/Berlin'), toDate(occurred_at, 'America/New_York') from fct_events limit 1

select date_add(day, 1, event_date), event_date + interval 1 month, date '2026-03-01', timestamp '2026-03-01 00:00:00' from fct_events limit 1

select toUnixTimestamp64Milli(occurred_at), toYYYYMM(event_date), toISOWeek(event_date) from fct_events limit 1

-- # text, numbers, JSON
select lower(path), splitByChar('/', path)[2], substring(path, 1, 3), position(path, '/'), length(path), concat(path, '?', country) from fct_events limit 1

select replaceRegexpAll(path, '[0-9]+', 'N') as page, count() from fct_events group by page order by page

select extractURLParameter(url, 'q'), domain(url), path(url), cutQueryString(url), decodeURLComponent(url) from fct_events limit 1

select JSONExtractString(properties, 'plan') as plan, count() from fct_events group by plan order by plan

select JSONExtractInt(properties, 'items'), JSONExtract(properties, 'price', 'Float64'), JSONHas(properties, 'plan'), JSONExtractKeys(properties) from fct_events limit 1

select simpleJSONExtractString(properties, 'plan') from fct_events limit 1

select round(revenue / nullIf(count(), 0), 2), floor(1.5), ceil(1.2), greatest(1, 2), least(1, 2), abs(-1), intDiv(7, 2), 7 % 2, pow(2, 3) from fct_events group by revenue

select case when revenue > 100 then 'high' when revenue > 0 then 'low' else 'none' end as band, count() from fct_events group by band order by band

select case country when 'DE' then 1 else 0 end, if(is_bot, 1, 0), multiIf(is_bot, 'bot', is_order, 'order', '') from fct_events limit 1

select coalesce(nullIf(country, ''), 'unknown') as place, count() from fct_events group by place order by place

select cast(revenue as Float64), revenue::Float64, toString(revenue), toUInt32OrZero(country), cast(1, 'Int8') from fct_events limit 1

select formatReadableQuantity(count()), bar(count(), 0, 100, 10) from fct_events

-- # arrays
select arrayMap(x -> x * 2, [1, 2]), arrayFilter((x) -> x > 1, [1, 2]), arraySum([1, 2]), arrayExists(x -> x = 1, [1, 2])

select arrayJoin(splitByChar('/', path)) as part, count() from fct_events group by part order by part

select part, count() from fct_events array join splitByChar('/', path) as part group by part order by part

select country, ids from dim_persons left array join user_ids as ids, [first_country] as country limit 3

select (1, 'a').1, tuple(1, 2), map('a', 1)['a'], [1, 2][1], mapKeys(map('a', 1)), [[1], [2, 3]], [], tuple()

select arrayReduce('sum', [1, 2, 3]), range(3), arrayZip([1], ['a']), arrayStringConcat(['a', 'b'], '-')

-- # joins
select e.country, count() from fct_events as e inner join fct_sessions as s on e.session_id = s.session_id group by e.country order by e.country

select count() from fct_events as e left join dim_persons as p on e.person_id = p.person_id where p.is_identified

select count() from fct_events as e left join dim_persons as p using (person_id)

select count() from fct_events inner join fct_sessions using (session_id)

select fct_events.path, analytics.fct_sessions.entry_path from fct_events join analytics.fct_sessions on fct_events.session_id = fct_sessions.session_id limit 1

select a.event_name, b.event_name, count() from fct_events as a, fct_events as b where a.session_id = b.session_id group by all order by all

select count() from fct_events as e left semi join fct_sessions as s using (session_id)

select count() from fct_events as e left anti join fct_sessions as s using (session_id)

select count() from fct_person_days as d asof left join fct_events as e on d.person_id = e.person_id and d.activity_date >= e.event_date

select count() from active_users_daily as a full outer join (select event_date, count() as n from fct_events group by event_date) as e on a.activity_date = e.event_date

select count() from fct_sessions as s cross join (select 1 as one) as x

-- # subqueries and common tables
select avg(n) from (select person_id, count() as n from fct_events group by person_id)

with daily as (select event_date, count() as n from fct_events group by event_date) select * from daily order by n desc, event_date

with a as (select person_id from fct_events), b as (select person_id from a) select count() from b

with 10 as threshold select count() from fct_sessions where duration_seconds > threshold

with (select max(event_date) from fct_events) as last select count() from fct_events where event_date = last

with big as (select country from fct_events group by country having count() > 1) select count() from fct_events where country in big

with big as (select country from fct_events group by country having count() > 1) select count() from fct_events where country in (select country from big)

with t as (select 1 as n) select * from t union all select * from t

select * from (with inside as (select 1 as n) select n from inside) as outside

select (select count() from fct_events) as events, (select count() from fct_sessions) as sessions

select * from ((select 1 as n))

-- # unions and windows
select * from (select 'events' as what, count() as n from fct_events union all select 'sessions', count() from fct_sessions) order by what

select 'events' as what, count() as n from fct_events union all select 'sessions', count() from fct_sessions

select country from fct_events union distinct select country from fct_sessions order by country

select person_id from fct_events intersect select person_id from fct_sessions

select person_id from dim_persons except select person_id from fct_sessions

select event_date, count() as n, sum(n) over (order by event_date) as running from fct_events group by event_date order by event_date

select event_date, avg(dau) over (order by activity_date rows between 6 preceding and current row) from (select activity_date, activity_date as event_date, dau from active_users_daily) order by event_date

select path, row_number() over (partition by session_id order by occurred_at) as step, lagInFrame(path) over w as before from fct_events window w as (partition by session_id order by occurred_at) order by session_id, step

select country, n, n / sum(n) over () as share, rank() over (order by n desc) as place from (select country, count() as n from fct_events group by country) order by place, country

select country, count() as n from fct_events group by country qualify row_number() over (order by n desc, country) <= 2

select number from numbers(3)

select d, count() from (select toDate('2026-03-01') + number as d from numbers(5)) as days left join fct_events on event_date = d group by d order by d

select * from values('a UInt8, b String', (1, 'x'), (2, 'y'))

select generate_series from generate_series(1, 3)
