"""A batch through decoding, validation and enrichment, without a server."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

import msgspec

from ingest.arrival import Arrival, Protocol
from ingest.enrich.context import Sender
from ingest.pipeline import RejectedEvent, prepare
from ingest.project import Project
from ingest.protocols import native, segment
from ingest.rows import DeviceRow, EventRow, PageRow, RejectedRow, RequestRow, encode

RECEIVED_AT = datetime(2026, 11, 22, 10, 0, 0, 123000, tzinfo=UTC)
PROJECT = Project("p1")
NATIVE = Protocol(native.NAME, native.decode_envelope, native.decode_event)


def segment_protocol(call: str | None = None) -> Protocol:
    decode_event = partial(segment.decode_event, call=call)
    return Protocol(segment.NAME, segment.decode_envelope, decode_event)


class Stored:
    """A row as its line in the log says it; columns that it leaves out have their defaults."""

    def __init__(self, line: bytes) -> None:
        self.line = line
        self._objects = json.loads(line)
        self._parts = [
            msgspec.json.decode(line, type=kind)
            for kind in (EventRow, RequestRow, PageRow, DeviceRow)
        ]

    def __getattr__(self, column: str) -> Any:
        if column in ("properties", "traits", "context"):
            return self._objects.get(column, {})
        return next(getattr(part, column) for part in self._parts if hasattr(part, column))


@dataclass
class Processed:
    rows: list[Stored]
    rejected: list[RejectedEvent]
    rejected_rows: list[RejectedRow]


def process(
    body: bytes,
    protocol: Protocol = NATIVE,
    project: Project = PROJECT,
    sender: Sender = Sender(),  # noqa: B008 - immutable
) -> Processed:
    arrival = Arrival(project, protocol, RECEIVED_AT, sender, stream=1, frame=2)
    prepared = prepare(protocol.decode_envelope(body), arrival, len(body))
    rows = [Stored(line) for line in encode(prepared.rows).splitlines()]
    return Processed(rows, prepared.rejected, prepared.rejected_rows)


def batch(*events: Any, **fields: Any) -> bytes:
    return json.dumps({"events": events, **fields}).encode()


def event(**fields: Any) -> dict[str, Any]:
    return {"event": "clicked", "anonymous_id": "a1", **fields}


def raw_batch(*events: bytes) -> bytes:
    return b'{"events":[' + b",".join(events) + b"]}"


def raw_event(value: bytes) -> bytes:
    """An event with `value` as the JSON of its property `x`."""
    return b'{"event":"clicked","anonymous_id":"a1","properties":{"x":%s}}' % value
