"""INSERT with data: where the data starts, how it is coded, and what a failure leaves behind."""

import bz2
import gzip
import io
import json
import lzma
import zlib
from collections.abc import Callable, Iterator

import brotli
import lz4.frame
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from tests.warehouse.embedded.gateway import GatewayProcess, error_code
from warehouse.embedded.native_blocks import BlockWriter

ROWS = b'{"n":1,"s":"a"}\n{"n":2,"s":"b"}\n'
EXPECTED = [["1", "a"], ["2", "b"]]


def _rows(gateway: GatewayProcess, table: str) -> list[list[str]]:
    return gateway.rows(f"SELECT * FROM {table} ORDER BY n")


class TestDataOfAnInsert:
    def test_follows_the_newline(self, gateway: GatewayProcess, table: str) -> None:
        gateway.text(f"INSERT INTO {table} FORMAT JSONEachRow\n".encode() + ROWS)
        assert _rows(gateway, table) == EXPECTED

    def test_follows_on_the_same_line(self, gateway: GatewayProcess, table: str) -> None:
        gateway.text(f"INSERT INTO {table} (n, s) FORMAT CSV 1,a\n2,b")
        assert _rows(gateway, table) == EXPECTED

    def test_is_the_body_of_a_query_parameter(self, gateway: GatewayProcess, table: str) -> None:
        gateway.post(ROWS, query=f"INSERT INTO {table} FORMAT JSONEachRow")
        assert _rows(gateway, table) == EXPECTED

    def test_is_written_as_values(self, gateway: GatewayProcess, table: str) -> None:
        gateway.text(f"INSERT INTO {table} VALUES (1, 'a'), (1 + 1, concat('', 'b'));")
        assert _rows(gateway, table) == EXPECTED

    def test_may_be_values_in_the_body(self, gateway: GatewayProcess, table: str) -> None:
        gateway.post("(1, 'a'), (2, 'b')", query=f"INSERT INTO {table} VALUES")
        assert _rows(gateway, table) == EXPECTED

    def test_keeps_its_semicolons(self, gateway: GatewayProcess, table: str) -> None:
        gateway.text(f"INSERT INTO {table} FORMAT TSV\n1\ta;\n2\t; DROP TABLE x\n")
        assert _rows(gateway, table) == [["1", "a;"], ["2", "; DROP TABLE x"]]

    def test_may_hold_semicolons_in_values(self, gateway: GatewayProcess, table: str) -> None:
        gateway.text(f"INSERT INTO {table} VALUES (1, 'a;b');")
        assert _rows(gateway, table) == [["1", "a;b"]]

    def test_follows_settings(self, gateway: GatewayProcess, table: str) -> None:
        settings = "SETTINGS input_format_allow_errors_num = 1"
        gateway.text(f"INSERT INTO {table} {settings} FORMAT CSV\n1,a\nx,y\n2,b\n")
        assert _rows(gateway, table) == EXPECTED

    def test_follows_a_with_clause(self, gateway: GatewayProcess, table: str) -> None:
        gateway.text(f"WITH 1 AS one INSERT INTO {table} FORMAT CSV\n1,a\n2,b\n")
        assert _rows(gateway, table) == EXPECTED

    def test_goes_to_the_named_columns(self, gateway: GatewayProcess, table: str) -> None:
        gateway.text(f"INSERT INTO TABLE {table} (s, n) FORMAT CSV\na,1\nb,2\n")
        assert _rows(gateway, table) == EXPECTED

    def test_goes_to_a_table_function(self, gateway: GatewayProcess) -> None:
        response = gateway.post("INSERT INTO FUNCTION null('n Int32') FORMAT CSV\n1\n2\n")
        assert json.loads(response.headers["x-clickhouse-summary"])["written_rows"] == "2"

    @pytest.mark.parametrize(
        "source",
        [
            "SELECT n, upper(s) FROM input('n Int32, s String') WHERE n > 0",
            "SELECT * FROM (SELECT n, upper(s) FROM input('n Int32, s String'))",
        ],
    )
    def test_may_be_transformed(self, gateway: GatewayProcess, table: str, source: str) -> None:
        gateway.text(f"INSERT INTO {table} {source} FORMAT CSV\n1,a\n2,b\n")
        assert _rows(gateway, table) == [["1", "A"], ["2", "B"]]

    def test_may_be_parquet(self, gateway: GatewayProcess, table: str) -> None:
        file = io.BytesIO()
        pq.write_table(pa.table({"n": pa.array([1, 2], pa.int32()), "s": ["a", "b"]}), file)
        gateway.post(file.getvalue(), query=f"INSERT INTO {table} FORMAT Parquet")
        assert _rows(gateway, table) == EXPECTED

    def test_may_be_empty(self, gateway: GatewayProcess, table: str) -> None:
        gateway.text(f"INSERT INTO {table} FORMAT JSONEachRow\n")
        assert _rows(gateway, table) == []

    def test_is_counted_in_the_summary(self, gateway: GatewayProcess, table: str) -> None:
        response = gateway.post(ROWS, query=f"INSERT INTO {table} FORMAT JSONEachRow")
        summary = json.loads(response.headers["x-clickhouse-summary"])
        assert (summary["written_rows"], summary["written_bytes"]) == ("2", "26")

    @pytest.mark.parametrize(
        "statement",
        [
            "INSERT INTO {table} VALUES (1, 'a'); SELECT 1",
            "INSERT INTO {table} SETTINGS max_threads = 1; DROP TABLE {table} FORMAT CSV\n1,a\n",
            "INSERT INTO {table}; DROP TABLE {table} FORMAT CSV\n1,a\n",
            "INSERT INTO {table} SELECT * FROM input('n Int32, s String'); "
            "DROP TABLE {table} FORMAT CSV\n1,a\n",
        ],
    )
    def test_of_two_statements_is_refused(
        self, gateway: GatewayProcess, table: str, statement: str
    ) -> None:
        response = gateway.post(statement.format(table=table))
        assert error_code(response) in {(500, 33), (400, 62)}
        assert _rows(gateway, table) == []


CODINGS = [
    ("gzip", gzip.compress),
    ("deflate", zlib.compress),
    ("lz4", lz4.frame.compress),
    ("zstd", zstandard.compress),
    ("br", brotli.compress),
    ("xz", lzma.compress),
    ("bz2", bz2.compress),
]


class TestBodies:
    @pytest.mark.parametrize(("encoding", "encode"), CODINGS)
    def test_are_decompressed(
        self, gateway: GatewayProcess, table: str, encoding: str, encode: Callable[[bytes], bytes]
    ) -> None:
        body = encode(f"INSERT INTO {table} FORMAT JSONEachRow\n".encode() + ROWS)
        response = gateway.post(body, headers={"Content-Encoding": encoding})
        assert (response.status_code, _rows(gateway, table)) == (200, EXPECTED)

    @pytest.mark.parametrize(
        ("encoding", "encode"),
        [
            ("gzip", gzip.compress),
            ("lz4", lz4.frame.compress),
            ("zstd", zstandard.compress),
            ("xz", lzma.compress),
        ],
    )
    def test_may_be_several_frames(
        self, gateway: GatewayProcess, table: str, encoding: str, encode: Callable[[bytes], bytes]
    ) -> None:
        body = b"".join(encode(line) for line in ROWS.splitlines(keepends=True))
        query = f"INSERT INTO {table} FORMAT JSONEachRow"
        gateway.post(body, query=query, headers={"Content-Encoding": encoding})
        assert _rows(gateway, table) == EXPECTED

    @pytest.mark.parametrize(("encoding", "encode"), CODINGS)
    def test_that_end_too_early_insert_nothing(
        self, gateway: GatewayProcess, table: str, encoding: str, encode: Callable[[bytes], bytes]
    ) -> None:
        body = encode(f"INSERT INTO {table} FORMAT JSONEachRow\n".encode() + ROWS * 1000)
        response = gateway.post(body[:-4], headers={"Content-Encoding": encoding})
        assert (error_code(response), _rows(gateway, table)) == ((500, 271), [])

    def test_of_an_unknown_coding_are_refused(self, gateway: GatewayProcess) -> None:
        response = gateway.post("SELECT 1", headers={"Content-Encoding": "rot13"})
        assert error_code(response) == (501, 48)

    def test_that_are_damaged_are_refused(self, gateway: GatewayProcess) -> None:
        response = gateway.post(b"not gzip", headers={"Content-Encoding": "gzip"})
        assert error_code(response) == (500, 271)

    def test_may_be_chunked(self, gateway: GatewayProcess, table: str) -> None:
        def chunks() -> Iterator[bytes]:
            yield f"INSERT INTO {table} FORMAT JSON".encode()
            yield b"EachRow\n"
            for line in ROWS.splitlines(keepends=True):
                yield line[:5]
                yield line[5:]

        assert gateway.http.post("/", content=chunks()).status_code == 200
        assert _rows(gateway, table) == EXPECTED

    def test_may_be_framed_in_native_blocks(self, gateway: GatewayProcess, table: str) -> None:
        writer = BlockWriter()
        body = writer.compress(f"INSERT INTO {table} FORMAT JSONEachRow\n".encode() + ROWS)
        response = gateway.post(body + writer.flush(), decompress=1)
        assert (response.status_code, _rows(gateway, table)) == (200, EXPECTED)

    def test_with_a_wrong_checksum_are_refused(self, gateway: GatewayProcess) -> None:
        writer = BlockWriter()
        body = bytearray(writer.compress(b"SELECT 1") + writer.flush())
        body[-1] ^= 1
        assert error_code(gateway.post(bytes(body), decompress=1)) == (500, 40)

    def test_that_end_inside_a_block_are_refused(self, gateway: GatewayProcess) -> None:
        writer = BlockWriter()
        body = writer.compress(b"SELECT 1") + writer.flush()
        assert error_code(gateway.post(body[:-1], decompress=1)) == (500, 33)

    def test_above_the_memory_limit_pass_through_a_file(
        self, gateway: GatewayProcess, table: str
    ) -> None:
        """20 MB, five times what a body may hold in memory."""
        line = "1\t" + "x" * 998 + "\n"
        body = f"INSERT INTO {table} FORMAT TSV\n" + line * 20_000
        before = gateway.resident_bytes()
        gateway.text(body)
        assert gateway.rows(f"SELECT count(), sum(length(s)) FROM {table}") == [
            ["20000", "19960000"]
        ]
        assert gateway.resident_bytes() - before < 250_000_000
        assert list((gateway.directory / "spool").iterdir()) == []


class TestAFailedInsert:
    def test_tells_the_row_and_writes_nothing(self, gateway: GatewayProcess, table: str) -> None:
        response = gateway.post(f"INSERT INTO {table} FORMAT CSV\n1,a\nx,b\n")
        assert error_code(response)[1] == 27
        assert "row 2" in response.text
        assert _rows(gateway, table) == []

    def test_names_an_unknown_table(self, gateway: GatewayProcess) -> None:
        assert error_code(gateway.post("INSERT INTO nothing FORMAT CSV\n1\n")) == (404, 60)

    def test_names_an_unknown_format(self, gateway: GatewayProcess, table: str) -> None:
        assert error_code(gateway.post(f"INSERT INTO {table} FORMAT Nonsense\n1\n")) == (404, 73)

    def test_meets_a_constraint(self, gateway: GatewayProcess, table: str) -> None:
        gateway.text(f"ALTER TABLE {table} ADD CONSTRAINT positive CHECK n > 0")
        response = gateway.post(f"INSERT INTO {table} FORMAT CSV\n1,a\n-1,b\n")
        assert error_code(response) == (500, 469)
        assert _rows(gateway, table) == []
