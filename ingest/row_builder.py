"""From an event to its row of raw.events: checked, its time corrected, its context enriched."""

from typing import Any

import msgspec

from ingest.arrival import Arrival
from ingest.enrich import columns
from ingest.enrich.context import Object, own_copy
from ingest.protocols import event_ids, timestamps, validation
from ingest.protocols.event import NOT_TO_BE_CORRECTED, TYPES, Event
from ingest.protocols.timestamps import Clock
from ingest.rows import EMPTY, ContextColumns, EventRow, RequestRow, Row, encode_members
from ingest.tracking_plans import check


class _Sending(msgspec.Struct, frozen=True):
    """What events that were sent at one moment share."""

    clock: Clock
    columns: bytes


class RowBuilder:
    """Builds the rows of one request. `sent_at` and `context` are those of the whole batch."""

    def __init__(self, arrival: Arrival, sent_at: Any, context: Object | None) -> None:
        self._arrival = arrival
        self._sent_at = sent_at
        self._batch_context = context
        self._sending = _sending(sent_at, arrival)
        self._last_text = b""
        self._last_columns = ContextColumns()

    def build(self, event: Event, corrections: tuple[str, ...], number: int) -> Row:
        """`corrections` are those that decoding took. Raises Rejection."""
        project, sending = self._arrival.project, self._sending
        limits, plan = project.limits, project.plan
        if event.sent_at and event.sent_at is not self._sent_at:
            sending = _sending(event.sent_at, self._arrival)
        kind = event.type or "track"
        if kind not in TYPES:
            raise validation.unknown_type(kind)
        name = validation.event_name(event, kind)
        user_id, anonymous_id = validation.identity(event)
        properties, traits = event.properties, event.traits
        if properties:
            validation.check_object(properties, limits, "properties")
        if traits:
            validation.check_object(traits, limits, "traits")
        violations = check(plan, name, properties, traits) if plan else ()
        event_id, id_correction = event_ids.normalise(event.event_id)
        when = sending.clock.resolve(event.timestamp)
        context = self._context(event, kind)
        if id_correction:
            corrections = (*corrections, id_correction)
        if sending.clock.corrections:
            corrections += sending.clock.corrections
        session_id, group_id, previous_id = event.session_id, event.group_id, event.previous_id
        # By position: so many names would take five times as long.
        row = EventRow(
            project.project_id,
            event_id,
            kind,
            name,
            when.timestamp,
            when.rule,
            number,
            user_id,
            anonymous_id,
            "" if session_id is None else validation.text_id(session_id, "session_id"),
            "" if group_id is None else validation.text_id(group_id, "group_id"),
            "" if previous_id is None else validation.text_id(previous_id, "previous_id"),
            when.original,
            corrections + when.corrections,
            properties or EMPTY,
            traits or EMPTY,
            violations,
        )
        return Row(row, context, sending.columns + context.line_end)

    def _context(self, event: Event, kind: str) -> ContextColumns:
        arrival, given = self._arrival, event.context
        project, sender = arrival.project, arrival.sender
        page = event.properties if kind in ("page", "screen") else None
        max_depth = project.limits.max_depth
        if isinstance(given, msgspec.Raw):
            text = bytes(given)
            if page:
                return columns.of_json(text, page, sender, max_depth, keep_ip=project.keep_ip)
            # Devices repeat theirs with each event: comparing takes a tenth of looking it up.
            if text != self._last_text:
                self._last_columns = columns.of_json(
                    text, None, sender, max_depth, keep_ip=project.keep_ip
                )
                self._last_text = text
            return self._last_columns
        context = given or {}
        if self._batch_context:
            context = own_copy(self._batch_context) | context
        validation.check_depth(context, max_depth, "context")
        return columns.of_object(context, page, sender, keep_ip=project.keep_ip)


def _sending(sent_at: Any, arrival: Arrival) -> _Sending:
    is_sent = sent_at is not None and sent_at is not NOT_TO_BE_CORRECTED
    moment, _ = timestamps.read(sent_at) if is_sent else (None, ())
    corrections = ("sent_at_unreadable",) if moment is None and is_sent else ()
    clock = Clock(arrival.received_at, moment, corrections)
    request = RequestRow(
        arrival.received_at, arrival.protocol.name, arrival.stream, arrival.frame, clock.sent_at
    )
    return _Sending(clock, encode_members(request))
