"""ClickHouse's compressed block framing, used by `compress=1` and `decompress=1`.

A block is: CityHash128 of the rest (16 bytes), method (1), length of method, both lengths and data
(4, little endian), length of the plain data (4), data.
"""

import struct

import lz4.block
import zstandard
from clickhouse_cityhash.cityhash import CityHash128

from warehouse.embedded.errors import ClickHouseError

LZ4, ZSTD, NONE = 0x82, 0x90, 0x02
BLOCK_BYTES = 1 << 20
MAX_BLOCK_BYTES = 1 << 30
"""A server refuses larger blocks as damaged."""

_HEADER = struct.Struct("<BII")
_CHECKSUM_BYTES = 16


class BlockWriter:
    """Plain bytes in, LZ4 blocks of up to 1 MiB out."""

    def __init__(self) -> None:
        self._plain = bytearray()

    def compress(self, data: bytes) -> bytes:
        self._plain += data
        parts = []
        while len(self._plain) >= BLOCK_BYTES:
            parts.append(_block(bytes(self._plain[:BLOCK_BYTES])))
            del self._plain[:BLOCK_BYTES]
        return b"".join(parts)

    def flush(self) -> bytes:
        plain, self._plain = bytes(self._plain), bytearray()
        return _block(plain) if plain else b""


class BlockReader:
    """Blocks in, in pieces of any size; plain bytes out."""

    def __init__(self) -> None:
        self._pending = bytearray()

    def decompress(self, data: bytes) -> bytes:
        self._pending += data
        parts = []
        while (plain := self._next_block()) is not None:
            parts.append(plain)
        return b"".join(parts)

    def finish(self) -> None:
        """Raises when the input ended inside a block."""
        if self._pending:
            raise ClickHouseError(
                33, "CANNOT_READ_ALL_DATA", f"{len(self._pending)} bytes of an unfinished block"
            )

    def _next_block(self) -> bytes | None:
        if len(self._pending) < _CHECKSUM_BYTES + _HEADER.size:
            return None
        method, packed_bytes, plain_bytes = _HEADER.unpack_from(self._pending, _CHECKSUM_BYTES)
        if not _HEADER.size <= packed_bytes <= MAX_BLOCK_BYTES or plain_bytes > MAX_BLOCK_BYTES:
            raise ClickHouseError(
                271, "CANNOT_DECOMPRESS", f"A block of {packed_bytes} bytes: the data is not framed"
            )
        end = _CHECKSUM_BYTES + packed_bytes
        if len(self._pending) < end:
            return None
        block = bytes(self._pending[:end])
        del self._pending[:end]
        _check(block)
        return _decompressed(method, block[_CHECKSUM_BYTES + _HEADER.size :], plain_bytes)


def _block(plain: bytes) -> bytes:
    packed: bytes = lz4.block.compress(plain, store_size=False)
    body = _HEADER.pack(LZ4, len(packed) + _HEADER.size, len(plain)) + packed
    return _checksum(body) + body


def _checksum(body: bytes) -> bytes:
    digest: int = CityHash128(body)
    return struct.pack("<QQ", digest >> 64, digest & 0xFFFF_FFFF_FFFF_FFFF)


def _check(block: bytes) -> None:
    if _checksum(block[_CHECKSUM_BYTES:]) != block[:_CHECKSUM_BYTES]:
        raise ClickHouseError(40, "CHECKSUM_DOESNT_MATCH", "Checksum doesn't match: corrupted data")


def _decompressed(method: int, packed: bytes, plain_bytes: int) -> bytes:
    try:
        if method == LZ4:
            return bytes(lz4.block.decompress(packed, uncompressed_size=plain_bytes))
        if method == ZSTD:
            plain = zstandard.ZstdDecompressor().decompress(packed, max_output_size=plain_bytes)
            return bytes(plain)
    except (lz4.block.LZ4BlockError, zstandard.ZstdError) as error:
        raise ClickHouseError(271, "CANNOT_DECOMPRESS", str(error)) from error
    if method == NONE:
        return packed
    raise ClickHouseError(
        89, "UNKNOWN_COMPRESSION_METHOD", f"Unknown compression method: {method:#x}"
    )
