"""Segment's messages as its archives keep them, read as the live API reads them.

An archived message has two times: `originalTimestamp` of the client's clock, and `timestamp`, which
Segment has corrected by what it knew then: the second one counts. `messageId` goes on as it is, and
the ingest API makes the same UUID of it as it does when the message arrives live.
"""

from typing import Any

import msgspec

from ingest.importer.formats import segment_warehouse
from ingest.importer.formats.event import (
    ImportedEvent,
    code_of,
    finished,
    moment_of,
)
from ingest.protocols import numbers, segment
from ingest.protocols.context_places import text_of
from ingest.protocols.event import Object


class _Times(msgspec.Struct, gc=False, rename="camel"):
    timestamp: Any = None
    original_timestamp: Any = None
    received_at: Any = None
    message_id: Any = None
    warehouse_received_at: Any = msgspec.field(name="received_at", default=None)


LOCATION = b'"location"'
_decode_object = msgspec.json.Decoder(dict[str, Any], float_hook=numbers.exact).decode
_decode_times = msgspec.json.Decoder(_Times).decode


def to_event(content: bytes) -> ImportedEvent:
    """Raises FieldError, and what msgspec raises."""
    times = _decode_times(content)
    if times.warehouse_received_at is not None and times.message_id is None:
        return segment_warehouse.to_event(content)
    message = segment.decode_event(content)
    kind = message.type or ("track" if message.event else "")
    return finished(
        ImportedEvent(
            moment_of(times.timestamp, times.original_timestamp, times.received_at),
            event_id=text_of(message.event_id),
            type=kind or "track",
            event=message.event or "",
            user_id=text_of(message.user_id),
            anonymous_id=text_of(message.anonymous_id),
            session_id=text_of(message.session_id),
            group_id=text_of(message.group_id),
            previous_id=text_of(message.previous_id),
            properties=message.properties,
            traits=message.traits,
            context=_context_of(message.context),
        )
    )


def _context_of(context: Object | msgspec.Raw | None) -> Object | msgspec.Raw | None:
    """As it is, but for a country that goes by its name."""
    if isinstance(context, msgspec.Raw):
        if LOCATION not in bytes(context):
            return context
        context = _decode_object(context)
    location = context.get("location") if context else None
    if isinstance(location, dict) and isinstance(location.get("country"), str):
        location["country"] = code_of(location["country"])
    return context
