"""From raw events to rows: every event ends as a row or as a rejection with a reason."""

import msgspec

from ingest.arrival import Arrival, Protocol
from ingest.protocols import rejection, validation
from ingest.protocols.envelope import Envelope, Text, replace_lone_surrogates
from ingest.protocols.event import Event
from ingest.protocols.rejection import Rejection
from ingest.rejected_envelope import shared_by
from ingest.row_builder import RowBuilder
from ingest.rows import RejectedRow, Row

MAX_STORED_PAYLOAD = 64 * 1024


class RejectedEvent(msgspec.Struct):
    """An item of the answer's `rejected`."""

    index: int
    event_id: str | None
    field: str
    reason: str
    code: str


class Prepared(msgspec.Struct, frozen=True):
    rows: list[Row]
    rejected: list[RejectedEvent]
    rejected_rows: list[RejectedRow]


def prepare(envelope: Envelope, arrival: Arrival, size: int) -> Prepared:
    """Check and enrich each event by itself; `size` is that of the body in bytes."""
    prepared = Prepared([], [], [])
    rows, limits = prepared.rows, arrival.project.limits
    builder = RowBuilder(arrival, envelope.sent_at, envelope.context)
    context_size = envelope.context_size
    # Events of a small body are small.
    texts = envelope.texts if size + context_size > limits.max_event_bytes else None
    for index, given in enumerate(envelope.events):
        event: Event | None = None
        corrections: tuple[str, ...] = ()
        try:
            if texts and len(texts[index]) + context_size > limits.max_event_bytes:
                raise validation.too_large(len(texts[index]), limits, context_size)
            if isinstance(given, Event):
                event = given
            else:
                event, corrections = _decode(given, arrival.protocol)
            rows.append(builder.build(event, corrections, len(rows)))
        except Rejection as refused:
            event_id = event.event_id if event else None
            number = len(prepared.rejected)
            prepared.rejected.append(_item(index, event_id, refused))
            kept = rejected_row(bytes(envelope.texts[index]), refused, arrival, number)
            kept.envelope = shared_by(envelope, event)
            prepared.rejected_rows.append(kept)
    return prepared


def _decode(text: Text, protocol: Protocol) -> tuple[Event, tuple[str, ...]]:
    """The event, and what was corrected in its text; raises Rejection."""
    try:
        return protocol.decode_event(text), ()
    except rejection.DECODE_ERRORS as error:
        given = bytes(text)
        repaired = replace_lone_surrogates(given)
        if repaired == given:
            raise rejection.of_event(error, given) from error
    try:
        return protocol.decode_event(repaired), ("lone_surrogate_replaced",)
    except rejection.DECODE_ERRORS as error:
        raise rejection.of_event(error, repaired) from error


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
