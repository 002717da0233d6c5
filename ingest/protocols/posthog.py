"""PostHog's capture API: a batch, a list of events or one event, as JSON or in a form.

Events of its newer protocol (posthog_v1.py) are read here as well, by whichever route they come.
"""

import base64
import binascii
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote_to_bytes

import msgspec

from ingest.protocols import brackets, envelope, lz_string, numbers, rejection
from ingest.protocols.envelope import Envelope, Text
from ingest.protocols.event import NOT_TO_BE_CORRECTED, Event, Id, Object, Time
from ingest.protocols.posthog_identity import group_id_of, id_of, identity_of, take_id
from ingest.protocols.posthog_properties import PLACES, PLACES_OF_PAGE, take_traits
from ingest.protocols.rejection import MalformedBody
from ingest.protocols.remembered_context import RememberedContext

NAME = "posthog"
PATHS = ("/batch", "/e", "/i/v0/e", "/i/v0/ai/batch", "/capture", "/track", "/engage")
WRITE_KEYS = ("token", "api_key")
# Its libraries make batches of up to 5 MiB and one more event of 900 KiB, and throw away what is
# refused with 413: 13 times the default of 512,000 bytes.
BATCH_FACTOR = 13

# Events that are calls of their own; all others are of type track and keep their name.
TYPES = {
    "$pageview": "page",
    "$screen": "screen",
    "$identify": "identify",
    "$set": "identify",
    "$set_once": "identify",
    "$groupidentify": "group",
    "$create_alias": "alias",
    "$merge_dangerously": "alias",
}
IGNORES_SENT_AT = "$ignore_sent_at"
# The newer protocol's options, and the properties that the older one has for them.
OPTIONS = (
    ("cookieless_mode", "$cookieless_mode"),
    ("disable_skew_correction", IGNORES_SENT_AT),
    ("product_tour_id", "$product_tour_id"),
    ("process_person_profile", "$process_person_profile"),
)
MAX_OFFSET = 1e12  # 30 years
_FORM = b"data="
_LZ_STRING = b"compression=lz64"
_JSON_STARTS = (b"{", b"[", b"%7B", b"%5B", b"%7b", b"%5b")


class _Batch(msgspec.Struct, gc=False):
    batch: list[msgspec.Raw] | msgspec.UnsetType = msgspec.UNSET
    sent_at: Any = None
    api_key: Any = None
    token: Any = None
    historical_migration: Any = None


class _Key(msgspec.Struct, gc=False):
    api_key: Any = None
    token: Any = None


class _Keyed(_Key, gc=False):
    properties: _Key | None = None
    engaged: Any = msgspec.field(default=None, name="$token")


class _Message(msgspec.Struct, gc=False):
    event: str | None = None
    uuid: Id = None
    distinct_id: Id = None
    timestamp: Time = None
    sent_at: Time = None
    offset: Any = None
    session_id: Any = None
    window_id: Any = None
    options: Any = None
    properties: Object | None = None
    set_always: Object | None = msgspec.field(default=None, name="$set")
    set_once: Object | None = msgspec.field(default=None, name="$set_once")
    # Of `/engage`, where old browser libraries set traits.
    engaged_id: Id = msgspec.field(default=None, name="$distinct_id")
    device_id: Id = msgspec.field(default=None, name="$device_id")


_batch = msgspec.json.Decoder(_Batch)
_list = msgspec.json.Decoder(list[msgspec.Raw])
_keyed = msgspec.json.Decoder(_Keyed)
_message = msgspec.json.Decoder(_Message, float_hook=numbers.exact)
_context = RememberedContext(PLACES, WRITE_KEYS)
_page_context = RememberedContext(PLACES_OF_PAGE, WRITE_KEYS)


def decode_envelope(body: bytes, sent_at: str | None = None) -> Envelope:
    """Raises MalformedBody. An object without `batch` is a single event.

    `sent_at` is the time of sending that the request says, which counts before that of the batch.
    """
    if body.startswith(_FORM):
        body = _form_data(body)
    body = envelope.without_mark(body)
    if body.lstrip()[:1] == b"[":
        events = _list_of_events(body)
        return Envelope(events, sent_at, _key_of(events))
    try:
        batch = _batch.decode(body)
    except rejection.DECODE_ERRORS as error:
        events, batch = envelope.recover(body, "batch", _batch.decode, error)
    else:
        envelope.refuse_repeated(body, "batch")
        events = [body] if batch.batch is msgspec.UNSET else batch.batch
    # The clock of who copies old events says nothing of when they happened.
    moment = None if batch.historical_migration is True else sent_at or batch.sent_at
    return Envelope(events, moment, batch.api_key or batch.token or _key_of(events))


def decode_event(raw: Text, shared: Object | None = None) -> Event:
    """Raises what msgspec raises. `shared` are properties that the request gives to each event."""
    message = _message.decode(raw)
    properties = _properties(message, shared)
    if message.event is None and message.engaged_id is not None:
        _engage(message, properties)
    kind = TYPES.get(message.event or "", "track")
    identity = identity_of(message.event, kind, message.distinct_id, properties)
    timestamp, sent_at = _times(message, properties)
    session_id, group_id = take_id(properties, "$session_id"), group_id_of(properties, kind)
    traits = _traits(message, properties, kind)
    context = (_page_context if kind == "page" else _context).take(properties)
    return Event(
        type=kind,
        event=message.event if kind == "track" else None,
        event_id=message.uuid or id_of(properties.get("$insert_id")),
        user_id=identity.user_id,
        anonymous_id=identity.anonymous_id,
        session_id=session_id,
        group_id=group_id,
        previous_id=identity.previous_id,
        timestamp=timestamp,
        sent_at=sent_at,
        traits=traits,
        context=context,
        properties=properties,
    )


def _form_data(body: bytes) -> bytes:
    """The JSON of a form's `data`; in base64, a `+` need not be escaped."""
    data, _, rest = body[len(_FORM) :].partition(b"&")
    if _LZ_STRING in rest:
        return lz_string.unpack(unquote_to_bytes(data))
    if data.startswith(_JSON_STARTS):
        return unquote_to_bytes(data.replace(b"+", b" "))
    encoded = unquote_to_bytes(data).rstrip(b"=")
    try:
        return base64.b64decode(encoded + b"=" * (-len(encoded) % 4))
    except binascii.Error as error:
        raise MalformedBody("the form's `data` is neither JSON nor base64") from error


def _list_of_events(body: bytes) -> Sequence[Text]:
    try:
        return _list.decode(body)
    except rejection.DECODE_ERRORS as error:
        parts = brackets.split(b'{"batch":%s}' % body, "batch")
        if parts is None or parts.remainder.split() != [b'{"batch":[]}']:
            raise rejection.of_body(error, body) from error
        return parts.elements


def _key_of(events: Sequence[Text]) -> Any:
    """The key that the first event that can be read carries itself, or in its properties."""
    for raw in events:
        try:
            event = _keyed.decode(raw)
        except rejection.DECODE_ERRORS:
            continue
        inner = event.properties or _Key()
        return event.api_key or event.token or inner.token or inner.api_key or event.engaged
    return None


def _properties(message: _Message, shared: Object | None) -> Object:
    """With what the newer protocol says beside them, under the names that they have among them."""
    properties = message.properties or {}
    if message.session_id is not None:
        properties["$session_id"] = message.session_id
    if message.window_id is not None:
        properties["$window_id"] = message.window_id
    if isinstance(options := message.options, dict):
        for option, name in OPTIONS:
            if (value := options.pop(option, None)) is not None:
                properties[name] = value
    if options:
        properties.setdefault("options", options)
    if shared:
        properties |= shared
    return properties


def _engage(message: _Message, properties: Object) -> None:
    """Make it the event that newer libraries send for it."""
    message.event, message.distinct_id = "$set", message.engaged_id
    if message.device_id is not None:
        properties["$device_id"] = message.device_id


def _traits(message: _Message, properties: Object, kind: str) -> Object | None:
    if kind == "group":
        group_set = properties.get("$group_set")
        return properties.pop("$group_set") if isinstance(group_set, dict) else None
    return take_traits(properties, message.set_always, message.set_once)


def _times(message: _Message, properties: Object) -> tuple[Time, Time]:
    """Timestamp and time of sending, by the client's clock.

    Older browser libraries send `offset`, milliseconds before sending, in place of a timestamp.
    """
    offset = message.offset
    if message.timestamp is None and isinstance(offset, int | float) and 0 <= offset < MAX_OFFSET:
        now = datetime.now(UTC)
        return (now - timedelta(milliseconds=offset)).isoformat(), now.isoformat()
    if properties.get(IGNORES_SENT_AT) is True:
        return message.timestamp, NOT_TO_BE_CORRECTED
    return message.timestamp, message.sent_at
