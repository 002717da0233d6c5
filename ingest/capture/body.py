"""Receiving a body within bounds of size and time, and unpacking it."""

from collections.abc import Awaitable, Callable, MutableMapping
from functools import partial
from typing import Any

import zstandard
from isal import isal_zlib

from ingest import problems
from ingest.protocols.rejection import MalformedBody

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

_GZIP_WINDOW = 16 + isal_zlib.MAX_WBITS
_ZSTD_WINDOW = 8 << 20  # bytes; RFC 8878 asks decoders for so much, and lets them refuse more


class Disconnected(Exception):  # noqa: N818 - not an error of ours
    """The client went away before its body was complete."""


async def receive_body(receive: Receive, limit: int) -> bytes:
    """The whole body; Problem 413 as soon as it exceeds `limit`, 408 when `receive` is too late."""
    parts: list[bytes] = []
    size = 0
    while True:
        try:
            message = await receive()
        except TimeoutError:
            raise problems.too_slow() from None
        if message["type"] == "http.disconnect":
            raise Disconnected
        part = message.get("body", b"")
        size += len(part)
        if size > limit:
            raise too_large(limit)
        parts.append(part)
        if not message.get("more_body"):
            return parts[0] if len(parts) == 1 else b"".join(parts)


def unpack(body: bytes, limit: int) -> bytes:
    """Unpack what looks like gzip, zlib or zstd, whatever the headers say.

    Never makes more than `limit` bytes. Raises Problem 413, and MalformedBody.
    """
    unpack_it = _UNPACKERS.get(body[:2])
    return body if unpack_it is None else unpack_it(body, limit)


def _inflate(body: bytes, limit: int, name: str, window: int) -> bytes:
    inflater = isal_zlib.decompressobj(window)
    try:
        unpacked = inflater.decompress(body, limit + 1)
    except isal_zlib.IsalError as error:  # type: ignore[misc]  # the stub says an instance
        raise MalformedBody(f"the body looks like {name}, but is not: {error}") from error
    if len(unpacked) > limit:
        raise too_large(limit)
    if not inflater.eof:
        raise MalformedBody(f"the {name} body is cut short")
    return unpacked


def _of_zstd(body: bytes, limit: int) -> bytes:
    """The size in the frame's head, if it has one, is what the decompressor would make room for."""
    decompressor = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW)
    try:
        size = zstandard.get_frame_parameters(body).content_size
        if size > limit and size != zstandard.CONTENTSIZE_UNKNOWN:
            raise too_large(limit)
        return decompressor.decompress(body, max_output_size=limit)
    except zstandard.ZstdError as error:
        if _begins_with_too_much(decompressor, body, limit):
            raise too_large(limit) from error
        raise MalformedBody(f"the body looks like zstd, but cannot be read: {error}") from error


def _begins_with_too_much(
    decompressor: zstandard.ZstdDecompressor, body: bytes, limit: int
) -> bool:
    """Whether more than `limit` bytes can be read of a body that cannot be read to its end."""
    try:
        return len(decompressor.stream_reader(body).read(limit + 1)) > limit
    except zstandard.ZstdError:
        return False


_inflate_zlib = partial(_inflate, name="zlib", window=isal_zlib.MAX_WBITS)
# By the first two bytes, with which neither JSON nor a form begins; of zlib at any level.
_UNPACKERS: dict[bytes, Callable[[bytes, int], bytes]] = {
    b"\x1f\x8b": partial(_inflate, name="gzip", window=_GZIP_WINDOW),
    b"\x28\xb5": _of_zstd,
    **dict.fromkeys((b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda"), _inflate_zlib),
}


def too_large(limit: int) -> problems.Problem:
    return problems.too_large(f"A batch may have {limit} bytes. Send smaller batches.")
