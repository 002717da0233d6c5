"""`POST /v1/events`: our own shape, one event or a batch."""

from collections.abc import Callable
from typing import Any

import msgspec

from ingest.protocols import envelope, numbers, rejection
from ingest.protocols.envelope import Envelope
from ingest.protocols.event import Event

NAME = "native"
NO_CONTEXT = msgspec.Raw(b"null")


class _Batch(msgspec.Struct, gc=False):
    events: list[msgspec.Raw] | msgspec.UnsetType = msgspec.UNSET
    sent_at: Any = None
    write_key: Any = None


class _Event(Event, gc=False):
    context: msgspec.Raw = NO_CONTEXT


_batch = msgspec.json.Decoder(_Batch)
_event = msgspec.json.Decoder(_Event, float_hook=numbers.exact)


def decode_envelope(body: bytes) -> Envelope:
    """Raises MalformedBody. An object without `events` is a single event."""
    body = envelope.without_mark(body)
    try:
        batch = _batch.decode(body)
    except rejection.DECODE_ERRORS as error:
        events, batch = envelope.recover(body, "events", _batch.decode, error)
        return Envelope(events, batch.sent_at, batch.write_key)
    envelope.refuse_repeated(body, "events")
    if batch.events is msgspec.UNSET:
        return Envelope([body], batch.sent_at, batch.write_key)
    return Envelope(list(batch.events), batch.sent_at, batch.write_key)


# Of bytes; raises what msgspec raises. A function around it would take 40 ns an event.
decode_event: Callable[[bytes | msgspec.Raw], Event] = _event.decode
