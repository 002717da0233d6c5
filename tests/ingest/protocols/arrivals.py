"""A batch through decoding, validation and enrichment, without a server."""

import json
from datetime import UTC, datetime
from functools import partial
from typing import Any

from ingest.enrich.context import Sender
from ingest.pipeline import Arrival, Prepared, Protocol, prepare
from ingest.project import Project
from ingest.protocols import native, segment

RECEIVED_AT = datetime(2026, 11, 22, 10, 0, 0, 123000, tzinfo=UTC)
PROJECT = Project("p1")
NATIVE = Protocol(native.NAME, native.decode_envelope, native.decode_event)


def segment_protocol(call: str | None = None) -> Protocol:
    decode_event = partial(segment.decode_event, call=call)
    return Protocol(segment.NAME, segment.decode_envelope, decode_event)


def process(
    body: bytes,
    protocol: Protocol = NATIVE,
    project: Project = PROJECT,
    sender: Sender = Sender(),  # noqa: B008 - immutable
) -> Prepared:
    arrival = Arrival(project, protocol, RECEIVED_AT, sender, stream=1, frame=2)
    return prepare(protocol.decode_envelope(body), arrival)


def batch(*events: Any, **fields: Any) -> bytes:
    return json.dumps({"events": events, **fields}).encode()


def event(**fields: Any) -> dict[str, Any]:
    return {"event": "clicked", "anonymous_id": "a1", **fields}


def raw_batch(*events: bytes) -> bytes:
    return b'{"events":[' + b",".join(events) + b"]}"


def raw_event(value: bytes) -> bytes:
    """An event with `value` as the JSON of its property `x`."""
    return b'{"event":"clicked","anonymous_id":"a1","properties":{"x":%s}}' % value
