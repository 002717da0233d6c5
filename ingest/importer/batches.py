"""Outcomes cut into requests."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from ingest.importer.outcomes import Event, Outcome, Reject, Skip

# The ingest API takes 500 KiB and 2,500 events; half of that leaves room, and what a stopped import
# has to send again stays small.
MAX_BYTES = 256_000
MAX_EVENTS = 1_000
MAX_OUTCOMES = 20_000


@dataclass
class Batch:
    """Consecutive outcomes; `end` counts those of the stream up to and with the last of these."""

    end: int
    events: list[Event] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    skipped: int = 0
    size: int = 0
    bytes_read: int = 0

    def add(self, outcome: Outcome) -> None:
        self.end += 1
        match outcome:
            case Event():
                self.events.append(outcome)
                self.size += len(outcome.body) + 1
            case Reject():
                self.rejects.append(outcome)
            case Skip():
                self.skipped += 1

    def has_room_for(self, outcome: Outcome, begin: int) -> bool:
        if isinstance(outcome, Event) and self.events:
            return len(self.events) < MAX_EVENTS and self.size + len(outcome.body) < MAX_BYTES
        return self.end - begin < MAX_OUTCOMES


def batches(
    outcomes: Iterable[Outcome], start: int = 0, bytes_read: Callable[[], int] = lambda: 0
) -> Iterator[Batch]:
    """Batches of the outcomes after the first `start`."""
    begin, batch = start, Batch(start)
    for outcome in islice(outcomes, start, None):
        if not batch.has_room_for(outcome, begin):
            yield batch
            begin, batch = batch.end, Batch(batch.end)
        batch.add(outcome)
        batch.bytes_read = bytes_read()
    if batch.end > begin:
        yield batch
