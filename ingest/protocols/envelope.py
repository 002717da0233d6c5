"""Taking a batch apart, so that each of its events is decoded on its own."""

import re
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import msgspec

from ingest.protocols import rejection
from ingest.protocols.event import Object

Batch = TypeVar("Batch")

_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{},]', re.DOTALL)
_OPENING = frozenset(b"[{")
_CLOSING = frozenset(b"]}")
# \ud800 to \udfff: a high surrogate not followed by a low one, or a low one not preceded by a high.
_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)


class Envelope(NamedTuple):
    """A request's events as raw JSON, and what the batch says about all of them."""

    events: list[bytes | msgspec.Raw]
    sent_at: Any = None
    write_key: Any = None
    context: Object | None = None
    context_size: int = 0  # bytes of JSON


class Split(NamedTuple):
    """Elements of the array, and the body with that array emptied."""

    elements: list[bytes]
    remainder: bytes


def split(body: bytes, key: str) -> Split | None:
    """Cut the array under the top-level `key` into its elements by brackets alone.

    For bodies that a JSON decoder refuses as a whole because one event is malformed or nested too
    deeply. Linear, without recursion; None if the brackets do not pair up.
    """
    start = re.search(rb'"%s"\s*:\s*\[' % key.encode(), body)
    if start is None:
        return None
    position = first = start.end()
    elements: list[bytes] = []
    depth = 0
    for token in _TOKEN.finditer(body, position):
        byte = body[token.start()]
        if byte in _OPENING:
            depth += 1
        elif byte in _CLOSING and depth:
            depth -= 1
        elif byte in _CLOSING or (byte == ord(",") and not depth):
            elements.append(body[position : token.start()].strip())
            position = token.end()
            if byte in _CLOSING:
                return Split(_without_empty(elements), body[:first] + body[token.start() :])
    return None


def recover(
    body: bytes, key: str, decode: Callable[[bytes], Batch], error: Exception
) -> tuple[list[bytes | msgspec.Raw], Batch]:
    """The events under `key` and the batch around them, of a body that `decode` refused.

    Raises MalformedBody if it is not one of the events that is at fault.
    """
    parts = split(body, key)
    if parts is None:
        raise rejection.of_body(error, body) from error
    try:
        return list(parts.elements), decode(parts.remainder)
    except rejection.DECODE_ERRORS as again:
        raise rejection.of_body(error, body) from again


def replace_lone_surrogates(data: bytes) -> bytes:
    r"""Put U+FFFD for `\ud800`-style escapes that are not half of a pair."""
    return _ESCAPE.sub(lambda match: rb"\ufffd" if match[1] else match[0], data)


def _without_empty(elements: list[bytes]) -> list[bytes]:
    """`[]` has no element, but a comma too many leaves one that is refused by name."""
    return [] if elements == [b""] else elements
