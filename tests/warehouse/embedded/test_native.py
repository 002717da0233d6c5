"""Native output with and without a protocol revision, and the server's compressed blocks."""

import struct
from pathlib import Path

import pytest

from tests.warehouse.embedded.gateway import GatewayProcess
from warehouse.embedded.native_blocks import BLOCK_BYTES, BlockReader, BlockWriter
from warehouse.embedded.native_stream import with_time_zones

BLOCK_INFO = bytes.fromhex("010002ffffffff00")
SHANGHAI = "SELECT toDateTime(1676369730, 'Asia/Shanghai') AS dt FORMAT Native"


class TestNativeWithoutARevision:
    def test_has_neither_block_info_nor_time_zone(self, gateway: GatewayProcess) -> None:
        assert gateway.post(SHANGHAI).content.hex() == "0101026474084461746554696d65425feb63"


class TestNativeWithARevision:
    def test_has_block_info_and_time_zone(self, gateway: GatewayProcess) -> None:
        content = gateway.post(SHANGHAI, client_protocol_version=54337).content
        assert content == (
            BLOCK_INFO
            + b"\x01\x01\x02dt\x19DateTime('Asia/Shanghai')"
            + struct.pack("<I", 1676369730)
        )

    def test_has_block_info_before_every_block(self, gateway: GatewayProcess) -> None:
        content = gateway.post(
            "SELECT toUInt8(number) AS n FROM numbers(5) FORMAT Native",
            client_protocol_version=54405,
            max_block_size=2,
        ).content
        header = b"\x01n\x05UInt8"
        assert content == (
            BLOCK_INFO + b"\x01\x02" + header + b"\x00\x01"
            + BLOCK_INFO + b"\x01\x02" + header + b"\x02\x03"
            + BLOCK_INFO + b"\x01\x01" + header + b"\x04"
        )  # fmt: skip

    def test_is_empty_without_rows(self, gateway: GatewayProcess) -> None:
        response = gateway.post("SELECT 1 WHERE 0 FORMAT Native", client_protocol_version=54405)
        assert response.content == b""

    def test_serves_statements_that_are_not_select(self, gateway: GatewayProcess) -> None:
        response = gateway.post("EXISTS system.one FORMAT Native", client_protocol_version=54405)
        assert response.content == BLOCK_INFO + b"\x01\x01\x06result\x05UInt8\x01"

    def test_ends_with_the_error_of_a_late_failure(self, gateway: GatewayProcess) -> None:
        response = gateway.post(
            "SELECT number, throwIf(number = 900000) FROM numbers(1000000) FORMAT Native",
            client_protocol_version=54405,
        )
        assert b"Code: 395. DB::Exception" in response.content[-400:]


TOKYO = {b"at": b"DateTime('Asia/Tokyo')"}


class TestTimeZonesInABlock:
    """The header of a column is found by its bytes, since data cannot be skipped."""

    def test_replace_the_bare_type(self) -> None:
        block = b"\x01\x01\x02at\x08DateTime\x01\x02\x03\x04"
        expected = b"\x01\x01\x02at\x16DateTime('Asia/Tokyo')\x01\x02\x03\x04"
        assert with_time_zones(block, TOKYO) == expected

    def test_leave_a_block_whose_data_holds_the_header(self) -> None:
        block = b"\x02\x01\x01s\x06String\x0c\x02at\x08DateTime\x02at\x08DateTime\x01\x02\x03\x04"
        assert with_time_zones(block, TOKYO) == block

    def test_leave_other_columns(self) -> None:
        block = b"\x01\x01\x02to\x08DateTime\x01\x02\x03\x04"
        assert with_time_zones(block, TOKYO) == block


class TestCompressedBlocks:
    def test_read_what_the_engine_wrote(self, gateway: GatewayProcess) -> None:
        """Column files of a part have the same framing: the checksum is the server's."""
        gateway.text("CREATE TABLE framed (n UInt32) ENGINE = MergeTree ORDER BY n")
        gateway.text("INSERT INTO framed SELECT number FROM numbers(100000)")
        [[path]] = gateway.rows("SELECT path FROM system.parts WHERE table = 'framed' AND active")
        reader = BlockReader()
        plain = reader.decompress(_column_file(Path(path)).read_bytes())
        reader.finish()
        gateway.text("DROP TABLE framed")
        assert plain == struct.pack("<100000I", *range(100_000))

    def test_come_back_from_the_writer(self) -> None:
        plain = bytes(range(256)) * (BLOCK_BYTES // 100)
        writer, reader = BlockWriter(), BlockReader()
        framed = writer.compress(plain) + writer.flush()
        pieces = (framed[at : at + 1000] for at in range(0, len(framed), 1000))
        assert b"".join(reader.decompress(piece) for piece in pieces) == plain
        reader.finish()

    def test_are_the_answer_to_compress(self, gateway: GatewayProcess) -> None:
        framed = gateway.post("SELECT number FROM numbers(300000)", compress=1).content
        reader = BlockReader()
        plain = reader.decompress(framed)
        reader.finish()
        assert plain == gateway.post("SELECT number FROM numbers(300000)").content

    @pytest.mark.parametrize("rows", [0, 1])
    def test_of_a_short_answer(self, gateway: GatewayProcess, rows: int) -> None:
        framed = gateway.post(f"SELECT 7 FROM numbers({rows})", compress=1).content
        assert BlockReader().decompress(framed) == b"7\n" * rows


def _column_file(part: Path) -> Path:
    """A small part keeps all columns in one file."""
    compact = part / "data.bin"
    return compact if compact.exists() else part / "n.bin"
