"""Receiving a body within bounds of size and time, and unpacking it."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from isal import isal_zlib

from ingest import problems
from ingest.protocols.rejection import MalformedBody

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

_GZIP = b"\x1f\x8b"
_GZIP_WINDOW = 16 + isal_zlib.MAX_WBITS


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
    """Gunzip what looks like gzip, whatever the headers say; never more than `limit` bytes.

    Raises Problem 413, and MalformedBody.
    """
    if not body.startswith(_GZIP):
        return body
    inflater = isal_zlib.decompressobj(_GZIP_WINDOW)
    try:
        unpacked = inflater.decompress(body, limit + 1)
    except isal_zlib.IsalError as error:  # type: ignore[misc]  # the stub says an instance
        raise MalformedBody(f"the body looks like gzip, but is not: {error}") from error
    if len(unpacked) > limit:
        raise too_large(limit)
    if not inflater.eof:
        raise MalformedBody("the gzip body is cut short")
    return unpacked


def too_large(limit: int) -> problems.Problem:
    return problems.too_large(f"A batch may have {limit} bytes. Send smaller batches.")
