"""From raw events to rows: every event ends as a row or as a rejection with a reason."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

import msgspec

from ingest.enrich.context import Sender, enrich, own_copy
from ingest.project import Project
from ingest.protocols import event_ids, rejection, timestamps, validation
from ingest.protocols.envelope import Envelope, replace_lone_surrogates
from ingest.protocols.event import Event
from ingest.protocols.rejection import Rejection
from ingest.rows import EventRow, RejectedRow

MAX_STORED_PAYLOAD = 64 * 1024


class Protocol(NamedTuple):
    """How the events of a request are decoded."""

    name: str
    decode_envelope: Callable[[bytes], Envelope]
    decode_event: Callable[[bytes | msgspec.Raw], Event]


class Arrival(NamedTuple):
    """Everything about a request that its events share."""

    project: Project
    protocol: Protocol
    received_at: datetime
    sender: Sender
    stream: int
    frame: int


class RejectedEvent(msgspec.Struct):
    """An item of the answer's `rejected`."""

    index: int
    event_id: str | None
    field: str
    reason: str
    code: str


class Prepared(NamedTuple):
    rows: list[EventRow]
    rejected: list[RejectedEvent]
    rejected_rows: list[RejectedRow]


def prepare(envelope: Envelope, arrival: Arrival) -> Prepared:
    """Decode, check and enrich each event by itself."""
    prepared = Prepared([], [], [])
    batch_sent_at = timestamps.parse(envelope.sent_at).moment
    for index, raw in enumerate(envelope.events):
        event: Event | None = None
        try:
            size = memoryview(raw).nbytes
            validation.check_size(size, arrival.project.limits, envelope.context_size)
            event, corrections = _decode(raw, arrival.protocol)
            if envelope.context:
                event.context = own_copy(envelope.context) | (event.context or {})
            row = _row(event, corrections, batch_sent_at, arrival, len(prepared.rows))
        except Rejection as refused:
            event_id = event.event_id if event else None
            number = len(prepared.rejected)
            prepared.rejected.append(_item(index, event_id, refused))
            prepared.rejected_rows.append(rejected_row(bytes(raw), refused, arrival, number))
        else:
            prepared.rows.append(row)
    return prepared


def _decode(raw: bytes | msgspec.Raw, protocol: Protocol) -> tuple[Event, tuple[str, ...]]:
    try:
        return protocol.decode_event(raw), ()
    except rejection.DECODE_ERRORS as error:
        repaired = replace_lone_surrogates(bytes(raw))
        if repaired == bytes(raw):
            raise rejection.of_event(error) from error
    try:
        return protocol.decode_event(repaired), ("lone_surrogate_replaced",)
    except rejection.DECODE_ERRORS as error:
        raise rejection.of_event(error) from error


def _row(
    event: Event,
    corrections: tuple[str, ...],
    batch_sent_at: datetime | None,
    arrival: Arrival,
    number: int,
) -> EventRow:
    limits = arrival.project.limits
    kind = validation.event_type(event)
    name = validation.event_name(event, kind)
    user_id, anonymous_id = validation.identity(event)
    validation.check_object(event.properties, limits, "properties")
    validation.check_object(event.traits, limits, "traits")
    validation.check_depth(event.context, limits, "context")
    event_id, id_correction = event_ids.normalise(event.event_id)
    sent_at = timestamps.parse(event.sent_at).moment if event.sent_at else batch_sent_at
    when = timestamps.resolve(event.timestamp, sent_at, arrival.received_at)
    if id_correction:
        corrections = (*corrections, id_correction)
    row = EventRow(
        project_id=arrival.project.project_id,
        event_id=event_id,
        type=kind,
        event_name=name,
        timestamp=when.timestamp,
        received_at=arrival.received_at,
        timestamp_rule=when.rule,
        protocol=arrival.protocol.name,
        _stream=arrival.stream,
        _frame=arrival.frame,
        _row=number,
        user_id=user_id,
        anonymous_id=anonymous_id,
        session_id=validation.text_id(event.session_id, "session_id"),
        group_id=validation.text_id(event.group_id, "group_id"),
        previous_id=validation.text_id(event.previous_id, "previous_id"),
        original_timestamp=when.original,
        sent_at=sent_at and timestamps.storable(sent_at),
        corrections=corrections + when.corrections,
    )
    if event.properties:
        row.properties = event.properties
    if event.traits:
        row.traits = event.traits
    enrich(row, event.context or {}, arrival.sender, keep_ip=arrival.project.keep_ip)
    return row


def _item(index: int, event_id: str | int | None, refused: Rejection) -> RejectedEvent:
    given = None if event_id is None else str(event_id)
    return RejectedEvent(index, given, refused.field, refused.reason, refused.code)


def rejected_row(payload: bytes, refused: Rejection, arrival: Arrival, number: int) -> RejectedRow:
    """Keeps the payload as text; bytes that are not UTF-8 appear as `\\xNN`."""
    return RejectedRow(
        project_id=arrival.project.project_id,
        received_at=arrival.received_at,
        reason=refused.reason,
        code=refused.code,
        field=refused.field,
        protocol=arrival.protocol.name,
        payload=payload[:MAX_STORED_PAYLOAD].decode(errors="backslashreplace"),
        _stream=arrival.stream,
        _frame=arrival.frame,
        _row=number,
    )
