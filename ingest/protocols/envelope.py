"""Taking a batch apart, so that each of its events is decoded on its own."""

import re
from collections.abc import Callable, Sequence
from functools import cache, cached_property
from typing import Any, TypeVar, cast

import msgspec

from ingest.protocols import brackets, rejection
from ingest.protocols.event import Event, Object

Batch = TypeVar("Batch")

_MARK = b"\xef\xbb\xbf"  # U+FEFF in UTF-8
# \ud800 to \udfff: a high surrogate not followed by a low one, or a low one not preceded by a high.
_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)

Text = bytes | msgspec.Raw


class Envelope(msgspec.Struct, dict=True):
    """A request's events, and what the batch says about all of them.

    Events are decoded already if the whole batch could be at once, and JSON otherwise.
    """

    events: Sequence[Text | Event]
    sent_at: Any = None
    write_key: Any = None
    context: Object | None = None
    context_size: int = 0  # bytes of JSON
    take_apart: Callable[[], Sequence[Text]] | None = None
    properties: Object | None = None  # what the request's headers add to those of each event

    @cached_property
    def texts(self) -> Sequence[Text]:
        """Each event as it was sent."""
        return cast("Sequence[Text]", self.events) if self.take_apart is None else self.take_apart()


def without_mark(body: bytes) -> bytes:
    """Without the byte order mark that some editors and frameworks put first."""
    return body.removeprefix(_MARK)


def refuse_repeated(body: bytes, key: str) -> None:
    """Raises MalformedBody if `key` has several arrays: a decoder takes the last, and says nothing
    of the events in the others.
    """
    name = _quoted(key)
    # Both ends at once are three times as fast as counting.
    if body.find(name) != body.rfind(name) and len(brackets.array_starts(body, key)) > 1:
        raise rejection.MalformedBody(f"`{key}` is there more than once")


@cache
def _quoted(key: str) -> bytes:
    return b'"%s"' % key.encode()


def recover(
    body: bytes, key: str, decode: Callable[[bytes], Batch], error: Exception
) -> tuple[Sequence[Text], Batch]:
    """The events under `key` and the batch around them, of a body that `decode` refused.

    Raises MalformedBody if it is not one of the events that is at fault.
    """
    parts = brackets.split(body, key)
    if parts is None:
        raise rejection.of_body(error, body) from error
    try:
        return parts.elements, decode(replace_lone_surrogates(parts.remainder))
    except rejection.DECODE_ERRORS as again:
        raise rejection.of_body(error, body) from again


def replace_lone_surrogates(data: bytes) -> bytes:
    r"""Put U+FFFD for `\ud800`-style escapes that are not half of a pair."""
    return _ESCAPE.sub(lambda match: rb"\ufffd" if match[1] else match[0], data)
