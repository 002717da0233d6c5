"""Segment's HTTP tracking API: `/v1/batch`, `/v1/track` and so on, long and short."""

from collections.abc import Sequence
from typing import Any

import msgspec

from ingest.protocols import envelope, numbers, rejection
from ingest.protocols.envelope import Envelope, Text
from ingest.protocols.event import NOT_TO_BE_CORRECTED, Event, Id, Object, Time

NAME = "segment"

# What the last part of a path says the type of its event is; None where the body says it.
CALLS: dict[str, str | None] = {
    "batch": None,
    "b": None,
    "import": None,
    "track": "track",
    "t": "track",
    "identify": "identify",
    "i": "identify",
    "page": "page",
    "p": "page",
    "screen": "screen",
    "s": "screen",
    "group": "group",
    "g": "group",
    "alias": "alias",
    "a": "alias",
}


class _Batch(msgspec.Struct, gc=False, rename="camel"):
    batch: list[msgspec.Raw] | msgspec.UnsetType = msgspec.UNSET
    sent_at: Any = None
    write_key: Any = None
    context: Any = None


class _Keyed(msgspec.Struct, gc=False, rename="camel"):
    write_key: Any = None


class _Message(msgspec.Struct, gc=False, rename="camel"):
    type: str | None = None
    event: str | None = None
    name: str | None = None
    category: str | None = None
    message_id: Id = None
    user_id: Id = None
    anonymous_id: Id = None
    group_id: Id = None
    previous_id: Id = None
    timestamp: Time = None
    original_timestamp: Time = None
    sent_at: Time = None
    properties: Object | None = None
    traits: Object | None = None
    context: Object | None = None


_NO_REFERRER = "$direct"

_batch = msgspec.json.Decoder(_Batch, float_hook=numbers.exact)
_keyed = msgspec.json.Decoder(_Keyed)
_message = msgspec.json.Decoder(_Message, float_hook=numbers.exact)


def decode_envelope(body: bytes) -> Envelope:
    """Raises MalformedBody. A body without `batch` is a single message."""
    body = envelope.without_mark(body)
    try:
        batch = _batch.decode(body)
    except rejection.DECODE_ERRORS as error:
        events, batch = envelope.recover(body, "batch", _batch.decode, error)
        return _envelope(events, batch, body)
    envelope.refuse_repeated(body, "batch")
    if batch.batch is msgspec.UNSET:
        return Envelope([body], batch.sent_at, batch.write_key)
    return _envelope(batch.batch, batch, body)


def decode_event(raw: Text, call: str | None = None) -> Event:
    """Raises what msgspec raises. `call` is the type of a message that does not say its own."""
    message = _message.decode(raw)
    kind = call if message.type is None else message.type
    context = message.context or {}
    timestamp, sent_at = _times(message)
    return Event(
        type=kind,
        event=message.event if kind in (None, "track") else None,
        event_id=message.message_id,
        user_id=message.user_id,
        anonymous_id=message.anonymous_id,
        session_id=_id(context.get("sessionId")),
        group_id=_id(context.get("groupId")) if message.group_id is None else message.group_id,
        previous_id=message.previous_id,
        timestamp=timestamp,
        sent_at=sent_at,
        properties=_properties(message, kind),
        traits=_traits(message, kind),
        context=_context(message),
    )


def _envelope(events: Sequence[Text], batch: _Batch, body: bytes) -> Envelope:
    write_key = batch.write_key or _key_of(events)
    if not isinstance(batch.context, dict) or not batch.context:
        return Envelope(events, batch.sent_at, write_key)
    try:
        size = len(msgspec.json.encode(batch.context))
    except RecursionError as error:  # a few levels sooner than decoding
        raise rejection.of_body(error, body) from error
    return Envelope(events, batch.sent_at, write_key, batch.context, size)


def _key_of(events: Sequence[Text]) -> Any:
    """The `writeKey` of the first readable message; decoded only if it seems to have one."""
    for event in events:
        if b'"writeKey"' not in bytes(event):
            return None
        try:
            return _keyed.decode(event).write_key
        except rejection.DECODE_ERRORS:
            continue
    return None


def _times(message: _Message) -> tuple[Time, Time]:
    """Timestamp and time of sending, by the client's clock.

    Where both timestamps are there, the original one is when the library was called, and the other
    what the caller said, or what another server has worked out of it.
    """
    original, stated = message.original_timestamp, message.timestamp
    if original and stated and original != stated:
        return stated, NOT_TO_BE_CORRECTED
    return original or stated, message.sent_at


def _context(message: _Message) -> Object | None:
    """RudderStack has a word for pages that nobody referred to."""
    page = message.context.get("page") if message.context else None
    if isinstance(page, dict) and page.get("referrer") == _NO_REFERRER:
        del page["referrer"]
    return message.context


def _traits(message: _Message, kind: str | None) -> Object | None:
    """RudderStack puts those of identify into the context; of other messages they stay there."""
    inner = message.context.get("traits") if message.context and kind == "identify" else None
    if not isinstance(inner, dict) or message.context is None:
        return message.traits
    del message.context["traits"]
    return inner | (message.traits or {})


def _properties(message: _Message, kind: str | None) -> Object | None:
    """The name and category of a page or screen are properties of ours."""
    if kind not in ("page", "screen") or not (message.name or message.category):
        return message.properties
    named = {"name": message.name, "category": message.category}
    given = message.properties or {}
    return {**{key: value for key, value in named.items() if value}, **given}


def _id(value: object) -> Id:
    """Of a context: RudderStack's `sessionId` is a number; what is no id stays what it is."""
    return value if isinstance(value, str | int) else None
