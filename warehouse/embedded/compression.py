"""HTTP content codings, in chunks: what clients send and what they accept."""

import zlib
from collections.abc import Callable
from typing import Protocol

import lz4.frame
import zstandard

from warehouse.embedded.errors import ClickHouseError


class Decompressor(Protocol):
    def decompress(self, data: bytes, /) -> bytes: ...


class Compressor(Protocol):
    def compress(self, data: bytes, /) -> bytes: ...

    def flush(self) -> bytes: ...


class _Lz4Frames:
    """LZ4 frames, one after another: clients may flush a frame a block."""

    def __init__(self) -> None:
        self._frame = lz4.frame.LZ4FrameDecompressor()

    def decompress(self, data: bytes) -> bytes:
        parts = []
        while data:
            if self._frame.eof:
                self._frame = lz4.frame.LZ4FrameDecompressor()
            parts.append(self._frame.decompress(data))
            data = self._frame.unused_data if self._frame.eof and self._frame.unused_data else b""
        return b"".join(parts)


class _Lz4Writer:
    def __init__(self) -> None:
        self._frame = lz4.frame.LZ4FrameCompressor()
        self._started = False

    def compress(self, data: bytes) -> bytes:
        head: bytes = b"" if self._started else self._frame.begin()
        self._started = True
        return head + bytes(self._frame.compress(data))

    def flush(self) -> bytes:
        head: bytes = b"" if self._started else self._frame.begin()
        return head + bytes(self._frame.flush())


_GZIP_WINDOW = 16 + zlib.MAX_WBITS

_DECOMPRESSORS: dict[str, Callable[[], Decompressor]] = {
    "gzip": lambda: zlib.decompressobj(_GZIP_WINDOW),
    "deflate": zlib.decompressobj,
    "lz4": _Lz4Frames,
    "zstd": lambda: zstandard.ZstdDecompressor().decompressobj(read_across_frames=True),
}
_COMPRESSORS: dict[str, Callable[[int], Compressor]] = {
    "gzip": lambda level: zlib.compressobj(level, zlib.DEFLATED, _GZIP_WINDOW),
    "deflate": zlib.compressobj,
    "lz4": lambda _level: _Lz4Writer(),
    "zstd": lambda level: zstandard.ZstdCompressor(level=level).compressobj(),
}
_PREFERENCE = ("gzip", "deflate", "zstd", "lz4")  # the server's own order, without br, xz, snappy

DEFAULT_LEVEL = 3
_LEVELS = frozenset("123456789")


def decompressor(encoding: str) -> Decompressor | None:
    """None for an identity body. Raises for a coding that the gateway does not know."""
    name = encoding.strip().lower()
    if name in ("", "identity"):
        return None
    if name not in _DECOMPRESSORS:
        raise ClickHouseError(48, "NOT_IMPLEMENTED", f"Unknown HTTP content encoding '{encoding}'")
    return _DECOMPRESSORS[name]()


def negotiate(accept_encoding: str) -> str | None:
    """The coding to answer with, by the server's preference among those the client names."""
    accepted = {part.partition(";")[0].strip().lower() for part in accept_encoding.split(",")}
    return next((name for name in _PREFERENCE if name in accepted), None)


def compressor(name: str, level: str = "") -> Compressor:
    """`level` is that of the request; what is not a number from 1 to 9 means the default."""
    return _COMPRESSORS[name](int(level) if level in _LEVELS else DEFAULT_LEVEL)


def decode(decoder: Decompressor, data: bytes) -> bytes:
    """One chunk decoded. Raises ClickHouseError for damaged data."""
    try:
        return decoder.decompress(data)
    except (zlib.error, RuntimeError, zstandard.ZstdError) as error:
        raise ClickHouseError(
            271, "CANNOT_DECOMPRESS", f"The request body cannot be decompressed: {error}"
        ) from error
