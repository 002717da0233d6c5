"""What a rejected event's payload does not say by itself, but its request did.

Kept beside the payload, so that the event can be sent again as it was meant.
"""

from typing import Any

import msgspec

from ingest.protocols.envelope import Envelope
from ingest.protocols.event import Event

MAX_CONTEXT_BYTES = 8 * 1024  # it is kept with each rejected event of the batch
MAX_TEXT = 100


def shared_by(envelope: Envelope, event: Event | None) -> str:
    """JSON with any of `sent_at`, `context`, `type` (from the route) and `properties` (from
    headers); '' for nothing.
    """
    shared: dict[str, Any] = {}
    if isinstance(envelope.sent_at, int | float) or (
        isinstance(envelope.sent_at, str) and len(envelope.sent_at) <= MAX_TEXT
    ):
        shared["sent_at"] = envelope.sent_at
    if envelope.context and envelope.context_size <= MAX_CONTEXT_BYTES:
        shared["context"] = envelope.context
    if envelope.properties:
        shared["properties"] = envelope.properties
    if event is not None and event.type and len(event.type) <= MAX_TEXT:
        shared["type"] = event.type
    try:
        return msgspec.json.encode(shared).decode() if shared else ""
    except RecursionError:  # nested too deeply to be sent again
        del shared["context"]
        return msgspec.json.encode(shared).decode()
