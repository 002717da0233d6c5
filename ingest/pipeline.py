"""From raw events to rows: every event ends as a row or as a rejection with a reason."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from ingest.enrich import columns
from ingest.enrich.context import Object, Sender, own_copy
from ingest.project import Project
from ingest.protocols import event_ids, rejection, timestamps, validation
from ingest.protocols.envelope import Envelope, replace_lone_surrogates
from ingest.protocols.event import TYPES, Event
from ingest.protocols.rejection import Rejection
from ingest.protocols.timestamps import Clock
from ingest.rejected_envelope import shared_by
from ingest.rows import EMPTY, ContextColumns, EventRow, RejectedRow, Row
from ingest.tracking_plans import check

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


class _Surroundings(NamedTuple):
    """What holds for an event beside what it says itself."""

    arrival: Arrival
    clock: Clock
    context: Object | None  # the batch's


class RejectedEvent(msgspec.Struct):
    """An item of the answer's `rejected`."""

    index: int
    event_id: str | None
    field: str
    reason: str
    code: str


class Prepared(NamedTuple):
    rows: list[Row]
    rejected: list[RejectedEvent]
    rejected_rows: list[RejectedRow]


def prepare(envelope: Envelope, arrival: Arrival) -> Prepared:
    """Decode, check and enrich each event by itself."""
    prepared = Prepared([], [], [])
    limits, context_size = arrival.project.limits, envelope.context_size
    decode_event = arrival.protocol.decode_event
    batch = _Surroundings(arrival, _clock(envelope.sent_at, arrival), envelope.context)
    for index, raw in enumerate(envelope.events):
        event: Event | None = None
        try:
            if len(raw) + context_size > limits.max_event_bytes:
                raise validation.too_large(len(raw), limits, context_size)
            corrections: tuple[str, ...] = ()
            try:
                event = decode_event(raw)
            except rejection.DECODE_ERRORS as error:
                event = _decode_repaired(bytes(raw), arrival.protocol, error)
                corrections = ("lone_surrogate_replaced",)
            around = batch
            if event.sent_at:
                around = batch._replace(clock=_clock(event.sent_at, arrival))
            row = _row(event, corrections, around, len(prepared.rows))
        except Rejection as refused:
            event_id = event.event_id if event else None
            number = len(prepared.rejected)
            prepared.rejected.append(_item(index, event_id, refused))
            kept = rejected_row(bytes(raw), refused, arrival, number)
            kept.envelope = shared_by(envelope, event)
            prepared.rejected_rows.append(kept)
        else:
            prepared.rows.append(row)
    return prepared


def _decode_repaired(text: bytes, protocol: Protocol, error: Exception) -> Event:
    """Raises Rejection, for `error` unless lone surrogates are what is wrong."""
    repaired = replace_lone_surrogates(text)
    if repaired == text:
        raise rejection.of_event(error, text) from error
    try:
        return protocol.decode_event(repaired)
    except rejection.DECODE_ERRORS as again:
        raise rejection.of_event(again, repaired) from again


def _clock(sent_at: Any, arrival: Arrival) -> Clock:
    moment = timestamps.parse(sent_at).moment
    corrections = ("sent_at_unreadable",) if moment is None and sent_at is not None else ()
    return Clock(arrival.received_at, moment, corrections)


def _row(event: Event, corrections: tuple[str, ...], around: _Surroundings, number: int) -> Row:
    arrival, clock, shared_context = around
    limits = arrival.project.limits
    kind = event.type or "track"
    if kind not in TYPES:
        raise validation.unknown_type(kind)
    name = validation.event_name(event, kind)
    user_id, anonymous_id = validation.identity(event)
    if event.properties:
        validation.check_object(event.properties, limits, "properties")
    if event.traits:
        validation.check_object(event.traits, limits, "traits")
    plan = arrival.project.plan
    violations = check(plan, name, event.properties, event.traits) if plan else ()
    event_id, id_correction = event_ids.normalise(event.event_id)
    when = clock.resolve(event.timestamp)
    context = _context(event, kind, shared_context, arrival)
    if id_correction:
        corrections = (*corrections, id_correction)
    if clock.corrections:
        corrections += clock.corrections
    session_id, group_id, previous_id = event.session_id, event.group_id, event.previous_id
    # By position: 20 names would take five times as long.
    row = EventRow(
        arrival.project.project_id,
        event_id,
        kind,
        name,
        when.timestamp,
        arrival.received_at,
        when.rule,
        arrival.protocol.name,
        arrival.stream,
        arrival.frame,
        number,
        user_id,
        anonymous_id,
        "" if session_id is None else validation.text_id(session_id, "session_id"),
        "" if group_id is None else validation.text_id(group_id, "group_id"),
        "" if previous_id is None else validation.text_id(previous_id, "previous_id"),
        when.original,
        clock.sent_at,
        corrections + when.corrections,
        event.properties or EMPTY,
        event.traits or EMPTY,
        violations,
    )
    return Row(row, context)


def _context(event: Event, kind: str, shared: Object | None, arrival: Arrival) -> ContextColumns:
    project, given = arrival.project, event.context
    page = event.properties if kind in ("page", "screen") else None
    max_depth = project.limits.max_depth
    if isinstance(given, msgspec.Raw):
        return columns.of_json(
            bytes(given), page, arrival.sender, max_depth, keep_ip=project.keep_ip
        )
    context = given or {}
    if shared:
        context = own_copy(shared) | context
    validation.check_depth(context, max_depth, "context")
    return columns.of_object(context, page, arrival.sender, keep_ip=project.keep_ip)


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
