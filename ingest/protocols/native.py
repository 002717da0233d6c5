"""`POST /v1/events`: our own shape, one event or a batch."""

from typing import Any

import msgspec

from ingest.protocols import envelope
from ingest.protocols.envelope import Envelope
from ingest.protocols.event import Event

NAME = "native"


class _Batch(msgspec.Struct, gc=False):
    events: list[msgspec.Raw] | msgspec.UnsetType = msgspec.UNSET
    sent_at: Any = None
    write_key: Any = None


_batch = msgspec.json.Decoder(_Batch)
_event = msgspec.json.Decoder(Event)


def decode_envelope(body: bytes) -> Envelope:
    """Raises MalformedBody. An object without `events` is a single event."""
    try:
        batch = _batch.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return _recover(body, error)
    events = [body] if batch.events is msgspec.UNSET else batch.events
    return Envelope(list(events), batch.sent_at, batch.write_key)


def decode_event(raw: bytes | msgspec.Raw) -> Event:
    """Raises what msgspec raises."""
    return _event.decode(raw)


def _recover(body: bytes, error: Exception) -> Envelope:
    split = envelope.split(body, "events")
    if split is None:
        raise envelope.malformed(error, body) from error
    try:
        batch = _batch.decode(split.remainder)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as again:
        raise envelope.malformed(error, body) from again
    return Envelope(list(split.elements), batch.sent_at, batch.write_key)
