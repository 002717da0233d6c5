"""What becomes of each record or group: an event, a reject, or nothing by wish of the mapping."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any, NamedTuple

import msgspec

from ingest.importer.event_ids import EventIds, from_reference
from ingest.importer.expressions import Value
from ingest.importer.expressions.values import is_true, rfc3339
from ingest.importer.grouping import Group, Grouper
from ingest.importer.mapping import FieldError, Grouping, Mapping, evaluated
from ingest.importer.sources import Record, Row, Source
from ingest.protocols.timestamps import EARLIEST, MAX_AHEAD

LIBRARY = {"name": "analytics-import", "version": version("analytics-platform")}

_encode = msgspec.json.Encoder(decimal_format="number").encode


class Event(msgspec.Struct, frozen=True, gc=False):
    """`body` is the native event in JSON; `line` the first that it was made from, `text` that."""

    line: int
    body: bytes
    name: str
    timestamp: datetime
    text: str | bytes


class Reject(NamedTuple):
    """`text` is the record as the file has it."""

    line: int
    reason: str
    field: str
    text: str | bytes


class Skip(NamedTuple):
    line: int


Outcome = Event | Reject | Skip


@dataclass
class Outcomes:
    """Iterates over the outcomes of a source, always the same ones in the same order."""

    source: Source
    mapping: Mapping
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    _ids: EventIds = field(default_factory=EventIds)

    def __iter__(self) -> Iterator[Outcome]:
        grouping = self.mapping.grouping
        return self._single() if grouping is None else self._grouped(grouping)

    def _single(self) -> Iterator[Outcome]:
        for row in self.source.rows():
            yield self._unusable(row) or self._event(row.line, row.record, row.record)

    def _grouped(self, grouping: Grouping) -> Iterator[Outcome]:
        grouper = Grouper(grouping)
        for row in self.source.rows():
            unusable = self._unusable(row)
            if unusable is None:
                refused = grouper.add(row)
                unusable = self._reject(refused) if refused else None
            if unusable is not None:
                yield unusable
            if grouper.has_ended():
                yield from map(self._of_group, grouper.ended())
        yield from map(self._of_group, grouper.rest())

    def _of_group(self, group: Group) -> Outcome:
        if group.problem is not None:
            return self._reject(group.problem)
        return self._event(group.line, group.first, group)

    def _unusable(self, row: Row) -> Outcome | None:
        if row.problem is not None:
            return self._reject(row)
        if self.mapping.skip is None:
            return None
        try:
            skip = is_true(evaluated("skip", self.mapping.skip, row.record))
        except FieldError as error:
            return Reject(row.line, str(error), error.field, self.source.text(row.record))
        return Skip(row.line) if skip else None

    def _event(self, line: int, record: Record, subject: Value) -> Outcome:
        text = self.source.text(record)
        try:
            moment = self.mapping.timestamp(subject)
            fields = self.mapping.fields(subject)
        except FieldError as error:
            return Reject(line, str(error), error.field, text)
        milliseconds = int(moment.timestamp() * 1000)
        # Numbered before it is judged, as what is "in the future" depends on when this runs.
        event_id = self._event_id(fields, milliseconds, text)
        problem = out_of_range(moment, self.now)
        if problem is not None:
            return Reject(line, problem, "timestamp", text)
        context = {"library": LIBRARY, **fields.get("context", {})}
        event = {**fields, "event_id": event_id, "timestamp": rfc3339(moment), "context": context}
        name = fields.get("event") or fields.get("type", "")
        return Event(line, _encode(event), name, moment, text)

    def _event_id(self, fields: dict[str, Any], milliseconds: int, text: str) -> str:
        milliseconds = max(milliseconds, 0)
        if reference := fields.get("event_id"):
            return from_reference(milliseconds, reference)
        return self._ids.next(milliseconds, text.encode())

    def _reject(self, row: Row) -> Reject:
        return Reject(row.line, row.problem or "", "", self.source.text(row.record))


def out_of_range(moment: datetime, now: datetime) -> str | None:
    """Times that the ingest API would replace by the time of arrival."""
    if moment < EARLIEST:
        return f"{rfc3339(moment)} is before {EARLIEST.year}"
    if moment > now + MAX_AHEAD:
        return f"{rfc3339(moment)} is in the future"
    return None
