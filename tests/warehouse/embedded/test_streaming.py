"""Results on their way: one header, bounded memory, and errors after the first bytes."""

import csv
import io
import json
import re
import time

import httpx
import pyarrow as pa
import pyarrow.parquet as pq

from tests.warehouse.embedded.gateway import GatewayProcess, error_code

FAILS_LATE = "SELECT number, throwIf(number = 3000000) FROM numbers(4000000) FORMAT TSV"


class TestAStreamedResult:
    def test_has_one_header_for_many_blocks(self, gateway: GatewayProcess) -> None:
        text = gateway.text("SELECT number AS n FROM numbers(200000) FORMAT CSVWithNames")
        rows = list(csv.reader(io.StringIO(text)))
        assert (rows[0], len(rows), rows.count(["n"])) == (["n"], 200_001, 1)

    def test_is_one_json_document(self, gateway: GatewayProcess) -> None:
        document = json.loads(gateway.text("SELECT number FROM numbers(200000) FORMAT JSONCompact"))
        assert (document["rows"], len(document["data"])) == (200_000, 200_000)

    def test_is_one_arrow_file(self, gateway: GatewayProcess) -> None:
        body = gateway.post("SELECT number FROM numbers(200000) FORMAT Arrow").content
        assert pa.ipc.open_file(body).read_all().num_rows == 200_000

    def test_is_one_parquet_file(self, gateway: GatewayProcess) -> None:
        body = gateway.post("SELECT number FROM numbers(200000) FORMAT Parquet").content
        assert pq.read_table(io.BytesIO(body)).num_rows == 200_000

    def test_keeps_the_order_of_the_statement(self, gateway: GatewayProcess) -> None:
        text = gateway.text("SELECT number FROM numbers(300000) ORDER BY number DESC")
        assert [int(line) for line in text.splitlines()] == list(range(299_999, -1, -1))

    def test_starts_before_the_statement_ends(self, gateway: GatewayProcess) -> None:
        sql = "SELECT repeat('x', 100000), sleepEachRow(0.05) FROM numbers(60)"
        started = time.monotonic()
        settings = {"max_block_size": 1}
        with gateway.http.stream("POST", "/", content=sql, params=settings) as response:
            next(response.iter_raw())
            assert time.monotonic() - started < 2.5
        # 60 rows at 0.05 s need 3 s

    def test_takes_bounded_memory(self, gateway: GatewayProcess) -> None:
        """600 MB of text. A block of 65,409 rows of 1 KB is 65 MB; some two are there at a time."""
        sql = "SELECT repeat('x', 1000) FROM numbers(600000) FORMAT TSV"
        gateway.text("SELECT 1")
        before = gateway.resident_bytes()
        received = peak = 0
        with gateway.http.stream("POST", "/", content=sql) as response:
            for chunk in response.iter_raw(1 << 22):
                received += len(chunk)
                peak = max(peak, gateway.resident_bytes())
        assert received == 600_600_000
        assert peak - before < 250_000_000

    def test_waits_for_a_slow_client(self, gateway: GatewayProcess) -> None:
        sql = "SELECT repeat('x', 100) FROM numbers(2000000) FORMAT TSV"
        before = gateway.resident_bytes()
        with gateway.http.stream("POST", "/", content=sql) as response:
            chunks = response.iter_raw(1 << 20)
            first = next(chunks)
            time.sleep(1)
            assert gateway.resident_bytes() - before < 100_000_000
            assert len(first) + sum(len(chunk) for chunk in chunks) == 202_000_000


class TestAnErrorAfterTheFirstBytes:
    def test_closes_the_stream_with_a_tagged_block(self, gateway: GatewayProcess) -> None:
        response = gateway.post(FAILS_LATE)
        tag = response.headers["x-clickhouse-exception-tag"]
        assert (response.status_code, bool(re.fullmatch(r"[0-9a-z]{16}", tag))) == (200, True)
        block = response.content[response.content.index(b"\r\n__exception__\r\n") :]
        opening, text, closing = self._parts(block.decode(), tag)
        assert opening == f"\r\n__exception__\r\n{tag}\r\n"
        assert text.startswith("Code: 395. DB::Exception: Value passed to 'throwIf' function")
        assert closing == f"{len(text)} {tag}\r\n__exception__\r\n"

    @staticmethod
    def _parts(block: str, tag: str) -> tuple[str, str, str]:
        opening_end = block.index(tag) + len(tag) + 2
        text_end = block.rindex("\n", 0, block.rindex(tag)) + 1
        return block[:opening_end], block[opening_end:text_end], block[text_end:]

    def test_gets_its_status_while_nothing_is_out(self, gateway: GatewayProcess) -> None:
        response = gateway.post("SELECT number, throwIf(number = 9) FROM numbers(10)")
        assert error_code(response) == (500, 395)

    def test_gets_its_status_when_the_client_waits_for_the_end(
        self, gateway: GatewayProcess
    ) -> None:
        response = gateway.post(FAILS_LATE, wait_end_of_query=1)
        assert error_code(response) == (500, 395)
        assert response.text.startswith("Code: 395.")


class TestWaitingForTheEnd:
    def test_gives_the_whole_summary(self, gateway: GatewayProcess) -> None:
        response = gateway.post("SELECT number FROM numbers(3000000)", wait_end_of_query=1)
        assert json.loads(response.headers["x-clickhouse-summary"])["result_rows"] == "3000000"
        assert len(response.content) == 22_888_890

    def test_gives_every_byte(self, gateway: GatewayProcess) -> None:
        whole = gateway.post("SELECT number FROM numbers(1000000)", wait_end_of_query=1)
        streamed = gateway.post("SELECT number FROM numbers(1000000)")
        assert whole.content == streamed.content


class TestCompression:
    def test_is_negotiated_by_the_servers_preference(self, gateway: GatewayProcess) -> None:
        for accepted, chosen in (
            ("gzip, deflate, br, zstd", "zstd"),
            ("gzip, deflate, br", "br"),
            ("gzip;q=1, lz4", "lz4"),
            ("deflate, gzip", "gzip"),
            ("lz4", "lz4"),
            ("deflate", "deflate"),
            ("xz, bz2", "xz"),
            ("snappy", None),
            ("identity", None),
        ):
            response = self._raw(gateway, accepted, enable_http_compression=1)
            assert response.headers.get("content-encoding") == chosen, accepted

    def test_needs_the_setting(self, gateway: GatewayProcess) -> None:
        assert "content-encoding" not in self._raw(gateway, "gzip").headers

    def test_keeps_the_result(self, gateway: GatewayProcess) -> None:
        plain = gateway.post("SELECT number FROM numbers(300000)").content
        for accepted in ("gzip", "deflate", "zstd", "br"):
            response = gateway.post(
                "SELECT number FROM numbers(300000)",
                headers={"Accept-Encoding": accepted},
                enable_http_compression=1,
            )
            assert response.content == plain, accepted

    @staticmethod
    def _raw(gateway: GatewayProcess, accepted: str, **parameters: int) -> httpx.Response:
        headers = {"Accept-Encoding": accepted}
        request = gateway.http.build_request(
            "POST", "/", content="SELECT 1", params=parameters, headers=headers
        )
        response = gateway.http.send(request, stream=True)
        response.close()
        return response
