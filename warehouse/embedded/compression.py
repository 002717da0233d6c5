"""HTTP content codings, in chunks: what clients send and what they accept."""

import bz2
import lzma
import zlib
from collections.abc import Callable
from typing import Protocol

import brotli
import lz4.frame
import zstandard

from warehouse.embedded.errors import ClickHouseError


class _Frame(Protocol):
    """A decoder of one frame, as of zlib, lzma, bz2, lz4 and zstandard."""

    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes | None: ...

    def decompress(self, data: bytes, /) -> bytes: ...


class Compressor(Protocol):
    def compress(self, data: bytes, /) -> bytes: ...

    def flush(self) -> bytes: ...


class Decompressor:
    """Frames one after another: `cat` joins gzip files, clients flush an LZ4 frame a block."""

    def __init__(self, new_frame: Callable[[], _Frame]) -> None:
        self._new_frame = new_frame
        self._frame: _Frame | None = None

    def decompress(self, data: bytes) -> bytes:
        """Raises ClickHouseError for damaged data."""
        parts = []
        while data:
            if self._frame is None or self._frame.eof:
                self._frame = self._new_frame()
            try:
                parts.append(self._frame.decompress(data))
            except _DAMAGE as error:
                raise _damaged(str(error)) from error
            data = (self._frame.eof and self._frame.unused_data) or b""
        return b"".join(parts)

    def finish(self) -> None:
        """Raises when the data ended inside a frame: what came is not all that was sent."""
        if self._frame is not None and not self._frame.eof:
            raise _damaged("it ends too early")


_DAMAGE = (
    zlib.error,
    lzma.LZMAError,
    OSError,  # bz2
    RuntimeError,  # lz4
    zstandard.ZstdError,
    brotli.error,
)


def _damaged(reason: str) -> ClickHouseError:
    message = f"The request body cannot be decompressed: {reason}"
    return ClickHouseError(271, "CANNOT_DECOMPRESS", message)


class _BrotliFrame:
    unused_data = b""

    def __init__(self) -> None:
        self._stream = brotli.Decompressor()

    @property
    def eof(self) -> bool:
        return bool(self._stream.is_finished())

    def decompress(self, data: bytes) -> bytes:
        return bytes(self._stream.process(data))


class _BrotliWriter:
    def __init__(self, level: int) -> None:
        self._stream = brotli.Compressor(quality=level)

    def compress(self, data: bytes) -> bytes:
        return bytes(self._stream.process(data))

    def flush(self) -> bytes:
        return bytes(self._stream.finish())


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

_FRAMES: dict[str, Callable[[], _Frame]] = {
    "gzip": lambda: zlib.decompressobj(_GZIP_WINDOW),
    "deflate": zlib.decompressobj,
    "lz4": lz4.frame.LZ4FrameDecompressor,
    "zstd": lambda: zstandard.ZstdDecompressor().decompressobj(),
    "br": _BrotliFrame,
    "xz": lzma.LZMADecompressor,
    "bz2": bz2.BZ2Decompressor,
}
_COMPRESSORS: dict[str, Callable[[int], Compressor]] = {
    "gzip": lambda level: zlib.compressobj(level, zlib.DEFLATED, _GZIP_WINDOW),
    "deflate": zlib.compressobj,
    "lz4": lambda _level: _Lz4Writer(),
    "zstd": lambda level: zstandard.ZstdCompressor(level=level).compressobj(),
    "br": _BrotliWriter,
    "xz": lambda level: lzma.LZMACompressor(preset=level),
    "bz2": bz2.BZ2Compressor,
}
_PREFERENCE = ("zstd", "br", "lz4", "gzip", "deflate", "xz", "bz2")
"""The server's own order (chooseHTTPCompressionMethod), without snappy."""

DEFAULT_LEVEL = 3
_LEVELS = frozenset("123456789")


def decompressor(encoding: str) -> Decompressor | None:
    """None for an identity body. Raises for a coding that the gateway does not know."""
    name = encoding.strip().lower()
    if name in ("", "identity"):
        return None
    if name not in _FRAMES:
        raise ClickHouseError(48, "NOT_IMPLEMENTED", f"Unknown HTTP content encoding '{encoding}'")
    return Decompressor(_FRAMES[name])


def negotiate(accept_encoding: str) -> str | None:
    """The coding to answer with, by the server's preference among those the client names."""
    accepted = {part.partition(";")[0].strip().lower() for part in accept_encoding.split(",")}
    return next((name for name in _PREFERENCE if name in accepted), None)


def compressor(name: str, level: str = "") -> Compressor:
    """`level` is that of the request; what is not a number from 1 to 9 means the default."""
    return _COMPRESSORS[name](int(level) if level in _LEVELS else DEFAULT_LEVEL)
