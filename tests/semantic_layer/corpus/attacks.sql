-- Statements that the guard must refuse, one a paragraph. The project of the test knows the
-- documented tables of `analytics`; `raw.events` and `analytics.secrets` exist and are not documented.

-- # other statements
insert into analytics.fct_events select * from analytics.fct_events

insert into analytics.fct_events values (1)

create table x as select 1

create view x as select 1

create function f as (x) -> x

drop table analytics.fct_events

truncate table analytics.fct_events

alter table analytics.fct_events delete where 1

alter table analytics.fct_events update user_id = '' where 1

delete from analytics.fct_events where 1

update analytics.fct_events set user_id = '' where 1

optimize table analytics.fct_events final

rename table analytics.fct_events to analytics.x

exchange tables analytics.fct_events and analytics.fct_sessions

attach table analytics.x

detach table analytics.fct_events

undrop table analytics.x

backup table analytics.fct_events to Disk('x', 'y')

restore table analytics.fct_events from Disk('x', 'y')

set readonly = 0

use raw

system reload config

system flush logs

system shutdown

kill query where 1

grant all on *.* to reader

show tables

show databases

show create table analytics.fct_events

show columns from analytics.fct_events

show processlist

describe table analytics.fct_events

describe (select 1)

exists table raw.events

check table analytics.fct_events

explain select 1

explain ast select 1

explain syntax select * from raw.events

explain plan select (select count() from raw.events)

explain query tree select (select count() from raw.events)

explain estimate select * from raw.events

explain pipeline select 1

explain table override mysql('') partition by x

watch analytics.fct_events

begin transaction

-- # more than one statement
select 1; select 2

select 1; drop table analytics.fct_events

select 1 parallel with select 2

select 1 /* ; */ ; -- x
insert into analytics.fct_events values (1)

-- # tables outside the documented ones
select * from raw.events

select * from analytics.secrets

select * from secrets

select * from staging.stg_events

select * from intermediate.int_projects

select * from ops.runs

select * from system.tables

select * from system.one

select * from system.query_log

select * from system.users

select * from system.settings

select * from information_schema.tables

select * from INFORMATION_SCHEMA.COLUMNS

select * from `raw`.`events`

select * from "raw"."events"

select * from "raw.events"

select * from `analytics.fct_events`

select * from `analytics.secrets`

select * from default.fct_events

select * from '/etc/passwd'

select * from `/etc/passwd`

select * from "data.csv"

select * from 'data.parquet'

select * from analytics.`.inner.fct_events`

from raw.events select *

select e.* from fct_events as e, raw.events as r

select * from fct_events join raw.events using (event_id)

select * from fct_events left join raw.events as r on r.event_id = fct_events.event_id

select * from fct_events asof join raw.events as r using (event_id, received_at)

select * from fct_events global any left join raw.events using (event_id)

select * from fct_events paste join raw.events

select * from fct_events cross join raw.events

select * from fct_events, raw.events

select * from fct_events natural join raw.events

select * from (select * from (select * from raw.events))

select (select count() from raw.events)

select (select (select groupArray(ip) from raw.events))

select * from fct_events where exists (select 1 from raw.events)

select * from fct_events where event_id in (select event_id from raw.events)

select * from fct_events where 1 = any (select 1 from raw.events)

select count() from fct_events group by (select max(ip) from raw.events)

select count() from fct_events having count() > (select count() from raw.events)

select * from fct_events order by (select max(ip) from raw.events)

select * from fct_events limit (select count() from raw.events)

select sum(revenue) over (order by (select count() from raw.events)) from fct_events

select arrayMap(x -> (select count() from raw.events), [1])

select * from fct_events array join (select groupArray(ip) from raw.events) as ip

select * from fct_events prewhere event_id in (select event_id from raw.events)

select 1 union all select count() from raw.events

select 1 union distinct select count() from raw.events

select 1 except select count() from raw.events

select 1 intersect select count() from raw.events

with x as (select * from raw.events) select * from x

with (select max(ip) from raw.events) as ip select ip

select * replace ((select max(ip) from raw.events) as user_id) from fct_events

select * apply (x -> (select max(ip) from raw.events)) from fct_events

select if(1, 1, (select count() from raw.events))

select case when 1 then (select count() from raw.events) end

-- # tables named by IN
select 1 in raw.events

select 1 in (raw.events)

select 1 in ((raw.events))

select 1 not in raw.events

select 1 global in raw.events

select 1 global not in raw.events

select in(1, raw.events)

select notIn(1, raw.events)

select nullIn(1, raw.events)

select notNullIn(1, raw.events)

select globalNullIn(1, raw.events)

select (1, 2) in raw.events

select 1 in secrets

select 1 in `raw.events`

select not (1 in analytics.secrets)

select * from fct_events where user_id in raw.users

select inIgnoreSet(1, raw.events)

select countIf(user_id in secrets) from fct_events

-- # names of common tables
with fct_events as (select 1 as event_id) select * from fct_events

with secrets as (select * from secrets) select * from secrets

with a as (select * from b), b as (select 1) select * from a

select * from (with secrets as (select 1) select * from secrets) union all select * from secrets

select * from (with secrets as (select 1) select 1 as a) as x, secrets

with recursive r as (select 1 as n union all select n + 1 from r where n < 10) select * from r

with recursive r as (select * from secrets) select * from r

with a as (select 1), a as (select 2) select * from a

with A as (select 1) select * from secrets

select * from fct_events as secrets, secrets as other

with 'x' as secrets select 1 in secrets

-- # table functions
select * from file('/etc/passwd')

select * from file('/etc/passwd', 'LineAsString')

select * from url('http://example.org/', 'CSV')

select * from s3('http://example.org/x')

select * from gcs('http://example.org/x')

select * from azureBlobStorage('x')

select * from hdfs('hdfs://x/y')

select * from remote('127.0.0.1', raw.events)

select * from remoteSecure('127.0.0.1', raw.events)

select * from cluster('default', raw.events)

select * from clusterAllReplicas('default', raw.events)

select * from mysql('h:1', 'd', 't', 'u', 'p')

select * from postgresql('h:1', 'd', 't', 'u', 'p')

select * from mongodb('h:1', 'd', 'c', 'u', 'p', 's')

select * from sqlite('/tmp/x.db', 't')

select * from redis('h:1', 'k', 'k String')

select * from jdbc('x', 'y')

select * from odbc('x', 'y')

select * from executable('id', 'TSV', 'x String')

select * from python('x')

select * from merge('raw', '.*')

select * from merge('.*')

select * from merge(REGEXP('.*'), '.*')

select * from view(select * from raw.events)

select * from viewIfPermitted(select 1 else null('x Int8'))

select * from viewExplain('EXPLAIN', '', (select 1))

select * from (explain select * from raw.events)

select * from dictionary('d')

select * from input('x Int8')

select * from generateRandom('x String', 1, 1000000)

select * from fuzzJSON('{}')

select * from loop(raw.events)

select * from mergeTreeIndex('raw', 'events')

select * from mergeTreeProjection('raw', 'events', 'p')

select * from mergeTreeAnalyzeIndexes('raw', 'events')

select * from deltaLake('x')

select * from iceberg('x')

select * from hudi('x')

select * from icebergLocal('/tmp')

select * from ytsaurus('x', 'y', 'z')

select * from filesystem('/')

select * from eval('select 1')

select * from timeSeriesData(raw.events)

select * from fileCluster('c', 'x')

select * from urlCluster('c', 'x')

select * from format(CSV, '1')

select * from null('x Int8')

select * from FILE('/etc/passwd')

select * from fct_events join file('/etc/passwd', 'LineAsString') on 1

select 1 in file('/etc/passwd')

select 1 in (merge('raw', '.*'))

select 1 in url('http://example.org/', 'CSV', 'x Int8')

select 1 in format(CSV, '1')

-- # functions that read what they name
select file('/etc/passwd')

select FILE('/etc/passwd')

select dictGet('d', 'a', 1)

select dictGetOrDefault('d', 'a', 1, 2)

select dictHas('d', 1)

select dictGetHierarchy('d', 1)

select dictGetString('d', 'a', 1)

select dictIsIn('d', 1, 2)

select joinGet('raw.j', 'v', 1)

select joinGetOrNull('raw.j', 'v', 1)

select hasColumnInTable('raw', 'events', 'ip')

select regionToName(1)

select catboostEvaluate('/tmp/model', 1)

select evalMLMethod(1, 2)

select naiveBayesClassifier('m', 'x')

select getMergeTreeSetting('max_part_loading_threads')

select mergeTreePartInfo('all_1_1_0')

select arrayMap(x -> file(x), ['/etc/passwd'])

select * apply (file) from fct_events

select * apply file from fct_events

select columns('path') apply (x -> file(x)) from fct_events

-- # functions that tell about the server
select version()

select hostName()

select currentUser()

select currentDatabase()

select getSetting('max_threads')

select getServerSetting('max_connections')

select getMacro('shard')

select @@version

select @@max_threads

select uptime()

select serverUUID()

select tcpPort()

select filesystemAvailable()

select buildId()

select queryID()

select showCertificate()

select displayName()

select fqdn()

select zookeeperSessionUptime()

select timezone()

select getClientHTTPHeader('Authorization')

select defaultRoles()

-- # functions that wait, raise, write or call out
select sleep(3)

select sleepEachRow(1) from numbers(100)

select throwIf(1)

select logTrace('x')

select aiGenerate('x')

select AIEmbed('x')

select aggThrow(1)

select generateSerialID('x')

select addressToLine(1)

select demangle('x')

select encrypt('aes-256-ofb', 'x', 'y')

select initializeAggregation('sumState', 1)

select fuzzQuery('select 1')

select parseQueryToJSON('select 1')

select formatQuery('select 1')

select my_function(1)

select chdb()

select _CAST(1, 'String')

select __getScalar('x')

select __scalarSubqueryResult(1)

-- # states made from text
select finalizeAggregation(cast('x' as AggregateFunction(sum, UInt64)))

select cast(unhex('00'), 'AggregateFunction(uniq, String)')

select unhex('00')::AggregateFunction(uniq, String)

select cast('x', concat('Aggregate', 'Function(sum, UInt64)'))

select accurateCast('x', 'AggregateFunction(sum, UInt64)')

select cast([''] as Array(AggregateFunction(sum, UInt64)))

select reinterpret('x', 'AggregateFunction(sum, UInt64)')

-- # settings, output, parameters
select 1 settings max_execution_time = 0

select * from (select 1 settings readonly = 0)

select * from fct_events settings additional_table_filters = {'analytics.fct_events': '1'}

select * from file('x.csv', settings format_csv_delimiter = '|')

with x as (select 1 settings max_threads = 1) select * from x

select 1 in (select 1 settings max_memory_usage = 0)

select 1 format JSON

select 1 format Null

select 1 format TSV settings max_threads = 1

select 1 into outfile '/tmp/x'

select 1 into outfile '/tmp/x' truncate

select 1 into outfile '/tmp/x' append compression 'gzip'

select 1 into outfile '/tmp/x' and stdout

select {id:String}

select * from {t:Identifier}

select * from analytics.{t:Identifier}

select {c:Identifier} from fct_events

select * from fct_events where user_id = {id:String}

select * from fct_events stream

-- # limits that are no numbers
select * from fct_events limit -5

select * from fct_events limit 0.5

select * from fct_events limit rand()

-- # functions by another name
with (x) -> file(x) as f select f('/etc/passwd')

with (x) -> x as file select file('/etc/passwd')

select (x -> sleep(x))(1)

select fct_events.file('x') from fct_events

select sleepIf(1, 1)

select fileOrNull('/etc/passwd')

select `file`('/etc/passwd')

select "sleep"(3)

select /* harmless */ file /* really */ ('/etc/passwd')
