"""What becomes of each record of another product's export."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import msgspec

from ingest.importer.event_ids import EventIds
from ingest.importer.formats.event import ImportedEvent
from ingest.importer.mapping import FieldError
from ingest.importer.outcomes import Event, Outcome, Reject, out_of_range
from ingest.importer.sources.json_records import UNREADABLE, RawRecord
from ingest.protocols.timestamps import EARLIEST, MAX_AHEAD

_encode = msgspec.json.Encoder(decimal_format="number").encode


@dataclass
class ProductOutcomes:
    """Iterates over the outcomes of records, always the same ones in the same order."""

    records: Iterable[RawRecord]
    to_event: Callable[[bytes], ImportedEvent]
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    _ids: EventIds = field(default_factory=EventIds)

    def __iter__(self) -> Iterator[Outcome]:
        to_event, latest = self.to_event, self.now + MAX_AHEAD
        for record in self.records:
            number, content = record.number, record.content
            if record.problem is not None:
                yield Reject(number, record.problem, "", content)
                continue
            try:
                event = to_event(content)
            except FieldError as error:
                yield Reject(number, str(error), error.field, content)
                continue
            except UNREADABLE as error:
                yield Reject(number, f"not a JSON object: {error}", "", content)
                continue
            moment = event.timestamp
            if not event.event_id:
                # Numbered before it is judged, as "in the future" depends on when this runs.
                milliseconds = max(0, int(moment.timestamp() * 1000))
                event.event_id = self._ids.next(milliseconds, content)
            if EARLIEST <= moment <= latest:
                yield Event(number, _encode(event), event.event or event.type, moment, content)
            else:
                reason = out_of_range(moment, self.now) or ""
                yield Reject(number, reason, "timestamp", content)
