"""clickhouse-connect against the gateway, its blocking and its asyncio client."""

import asyncio
import datetime as dt
import threading
import time
import uuid
import zoneinfo
from collections.abc import AsyncIterator, Iterator

import clickhouse_connect
import pandas as pd
import pytest
from clickhouse_connect.driver.asyncclient import AsyncClient
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import (
    DatabaseError,
    ProgrammingError,
    StreamFailureError,
)
from clickhouse_connect.driver.external import ExternalData
from clickhouse_connect.driver.summary import QuerySummary

from tests.warehouse.embedded.gateway import GatewayProcess

FAILS_LATE = "SELECT number, throwIf(number = 900000) FROM numbers(1000000)"
MOSCOW = zoneinfo.ZoneInfo("Europe/Moscow")


@pytest.fixture(scope="module")
def client(gateway: GatewayProcess) -> Iterator[Client]:
    with clickhouse_connect.get_client(host="127.0.0.1", port=gateway.port) as client:
        yield client


@pytest.fixture
async def async_client(gateway: GatewayProcess) -> AsyncIterator[AsyncClient]:
    async with await clickhouse_connect.get_async_client(
        host="127.0.0.1", port=gateway.port, autogenerate_session_id=False
    ) as client:
        yield client


class TestTheBlockingClient:
    def test_connects_with_block_info(self, client: Client) -> None:
        assert (client.server_version, client.protocol_version) == ("26.9.2.1", 54405)

    def test_inserts_and_reads_rows(self, client: Client, table: str) -> None:
        summary = client.insert(table, [[1, "é"], [2, "b"]])
        assert summary.written_rows == 2
        assert client.query(f"SELECT * FROM {table} ORDER BY n").result_rows == [
            (1, "é"),
            (2, "b"),
        ]

    def test_keeps_the_time_zones_of_columns(self, client: Client) -> None:
        sql = (
            "SELECT toDateTime(0, 'Europe/Moscow') AS a, toDateTime(0) AS b, "
            "toDateTime64(0, 3, 'Asia/Tokyo') AS c, [toDateTime(0, 'Europe/Moscow')] AS d"
        )
        [[moscow, utc, tokyo, [nested]]] = client.query(sql).result_rows
        assert moscow == dt.datetime(1970, 1, 1, 3, tzinfo=MOSCOW)
        assert utc == dt.datetime(1970, 1, 1)
        assert tokyo == dt.datetime(1970, 1, 1, 9, tzinfo=zoneinfo.ZoneInfo("Asia/Tokyo"))
        assert nested == dt.datetime(1970, 1, 1, 3, tzinfo=MOSCOW)

    def test_reads_every_kind_of_type(self, client: Client) -> None:
        sql = """
            SELECT
                toInt128(-1), toUInt256(2), toDecimal64(1.25, 2), toUUID(uuid), toIPv4('10.0.0.1'),
                map('a', 1), (1, 'b'), [NULL, 'c'], toLowCardinality('d'), toFixedString('e', 2),
                CAST(1, 'Enum8(\\'one\\' = 1)'), true, toDate('2020-01-02'),
                CAST('{"a": {"b": 1}}', 'JSON'), CAST(5, 'Variant(UInt8, String)'),
                CAST('x', 'Dynamic'), (1.5, 2.5)::Point
            FROM (SELECT '00000000-0000-0000-0000-000000000001' AS uuid)
        """
        [row] = client.query(sql).result_rows
        assert row[:3] == (-1, 2, pytest.approx(1.25))
        assert (str(row[3]), str(row[4])) == ("00000000-0000-0000-0000-000000000001", "10.0.0.1")
        assert row[5:12] == ({"a": 1}, (1, "b"), [None, "c"], "d", b"e\x00", "one", True)
        assert row[12:] == (dt.date(2020, 1, 2), {"a": {"b": 1}}, 5, "x", (1.5, 2.5))

    def test_binds_parameters(self, client: Client) -> None:
        sql = "SELECT {n:Int32}, {s:String}, {d:DateTime}, {a:Array(String)}, {x:Nullable(Int8)}"
        values = (1, "it's\t\\", dt.datetime(2020, 1, 2, 3), ["b'"], None)
        parameters = dict(zip("nsdax", values, strict=True))
        assert client.query(sql, parameters=parameters).result_rows == [values]

    def test_reads_columns_of_an_empty_result(self, client: Client) -> None:
        result = client.query("SELECT 1 AS a, now() AS b LIMIT 0")
        assert (result.column_names, result.result_rows) == (("a", "b"), [])

    def test_tells_statements_from_queries(self, client: Client) -> None:
        assert client.command("SELECT 13 WHERE 0") == ""
        assert client.command("SELECT 1 + 1") == 2
        assert isinstance(client.command("SET max_threads = 2"), QuerySummary)

    def test_raises_the_servers_error(self, client: Client) -> None:
        with pytest.raises(DatabaseError) as error:
            client.query("SELECT * FROM no_such_table")
        assert (error.value.code, error.value.name) == (60, "UNKNOWN_TABLE")

    def test_raises_an_error_of_a_stream(self, client: Client) -> None:
        with client.query_row_block_stream(FAILS_LATE) as stream:
            with pytest.raises(StreamFailureError, match="Code: 395"):
                list(stream)
        assert client.command("SELECT 1") == 1

    def test_raises_an_error_of_a_slow_stream(self, client: Client) -> None:
        """100 rows at 10 ms come before it, too few to fill a buffer."""
        sql = "SELECT sleepEachRow(0.01), throwIf(number = 100) FROM numbers(200)"
        result = client.query(sql, settings={"max_block_size": 1, "wait_end_of_query": 0})
        with pytest.raises(StreamFailureError, match="Code: 395"):
            _ = result.result_rows

    def test_streams_blocks(self, client: Client) -> None:
        with client.query_column_block_stream(
            "SELECT number FROM numbers(10000)", settings={"max_block_size": 4000}
        ) as stream:
            assert [len(block[0]) for block in stream] == [4000, 4000, 2000]

    def test_reads_and_writes_frames(self, client: Client, table: str) -> None:
        frame = pd.DataFrame({"n": [1, 2], "s": ["a", "b"]})
        client.insert_df(table, frame)
        assert client.query_df(f"SELECT * FROM {table} ORDER BY n").to_dict("list") == {
            "n": [1, 2],
            "s": ["a", "b"],
        }
        assert client.query_arrow(f"SELECT n FROM {table}").num_rows == 2

    def test_uploads_external_data(self, client: Client) -> None:
        data = ExternalData(
            file_name="actors.tsv", data=b"Al\t1940\n", structure="name String, year UInt16"
        )
        result = client.query("SELECT * FROM actors", external_data=data)
        assert result.result_rows == [("Al", 1940)]

    def test_embeds_binary(self, client: Client) -> None:
        sql = "SELECT col2, col1 FROM format(CSVWithNames, $csv$)"
        result = client.raw_query(sql, parameters={"$csv$": b"col1,col2\n100,700"})
        assert result == b"700\t100\n"

    @pytest.mark.parametrize("codec", ["lz4", "zstd", "gzip", False])
    def test_compresses(self, gateway: GatewayProcess, table: str, codec: str | bool) -> None:
        with clickhouse_connect.get_client(
            host="127.0.0.1", port=gateway.port, compress=codec
        ) as client:
            client.insert(table, [[number, "x" * 100] for number in range(1000)])
            assert client.query(f"SELECT sum(n), max(s) FROM {table}").result_rows == [
                (499500, "x" * 100)
            ]

    def test_sends_forms(self, gateway: GatewayProcess) -> None:
        with clickhouse_connect.get_client(
            host="127.0.0.1", port=gateway.port, form_encode_query_params=True
        ) as client:
            sql = "SELECT {a:Int32} + {b:Int32}"
            assert client.raw_query(sql, parameters={"a": 10, "b": 20}) == b"30\n"
            assert client.query("SELECT 1 AS x LIMIT 0").column_names == ("x",)

    def test_has_a_session_of_its_own(self, client: Client) -> None:
        client.command("CREATE TEMPORARY TABLE own (n Int8)")
        client.insert("own", [[5]], column_names=["n"])
        assert client.query("SELECT * FROM own").result_rows == [(5,)]
        client.command("DROP TEMPORARY TABLE own")

    def test_refuses_concurrent_queries_in_it(self, client: Client) -> None:
        slow = threading.Thread(target=client.command, args=["SELECT sleep(1)"])
        slow.start()
        time.sleep(0.3)
        with pytest.raises(ProgrammingError, match="concurrent"):
            client.command("SELECT 1")
        slow.join()

    def test_reads_as_the_reader(self, gateway: GatewayProcess) -> None:
        with clickhouse_connect.get_client(
            host="127.0.0.1", port=gateway.port, username="reader"
        ) as client:
            assert client.query("SELECT 1 + 1").result_rows == [(2,)]
            with pytest.raises(DatabaseError, match="Not enough privileges"):
                client.command("CREATE DATABASE x")


class TestTheAsyncioClient:
    async def test_runs_queries_at_once(self, async_client: AsyncClient) -> None:
        """10 sleeps of 0.3 s take 3 s one after another."""
        started = time.monotonic()
        queries = [async_client.query(f"SELECT {n}, sleep(0.3)") for n in range(10)]
        results = await asyncio.gather(*queries)
        assert [result.result_rows[0][0] for result in results] == list(range(10))
        assert time.monotonic() - started < 2

    async def test_inserts_at_once(self, async_client: AsyncClient, table: str) -> None:
        await asyncio.gather(
            *(async_client.insert(table, [[n, "x"]], column_names=["n", "s"]) for n in range(10))
        )
        result = await async_client.query(f"SELECT count(), sum(n) FROM {table}")
        assert result.result_rows == [(10, 45)]

    async def test_streams_rows(self, async_client: AsyncClient) -> None:
        total = 0
        stream = await async_client.query_rows_stream("SELECT number FROM numbers(100000)")
        async with stream:
            async for row in stream:
                total += row[0]
        assert total == 4_999_950_000

    async def test_may_leave_a_stream_early(
        self, async_client: AsyncClient, gateway: GatewayProcess
    ) -> None:
        query_id = uuid.uuid4().hex
        stream = await async_client.query_rows_stream(
            "SELECT number, repeat('x', 1000) FROM system.numbers", settings={"query_id": query_id}
        )
        async with stream:
            async for _ in stream:
                break
        assert (await async_client.query("SELECT 1")).result_rows == [(1,)]
        sql = f"SELECT count() FROM system.processes WHERE query_id = '{query_id}'"
        for _ in range(100):
            if gateway.text(sql) == "0\n":
                return
            await asyncio.sleep(0.05)
        raise AssertionError("the abandoned stream still runs")

    async def test_raises_an_error_of_a_stream(self, async_client: AsyncClient) -> None:
        stream = await async_client.query_row_block_stream(FAILS_LATE)
        async with stream:
            with pytest.raises(StreamFailureError, match="Code: 395"):
                [block async for block in stream]

    async def test_isolates_errors(self, async_client: AsyncClient) -> None:
        results = await asyncio.gather(
            async_client.query("SELECT 1"),
            async_client.query("SELECT broken!!!"),
            async_client.query("SELECT 2"),
            return_exceptions=True,
        )
        assert [type(result).__name__ for result in results] == [
            "QueryResult",
            "DatabaseError",
            "QueryResult",
        ]
