"""Outcomes cut into requests."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from ingest.importer.outcomes import Event, Outcome, Reject

# The ingest API takes 500 KiB and 2,500 events; the difference is for what stands around them.
MAX_BYTES = 500_000
MAX_EVENTS = 2_500
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
        if isinstance(outcome, Event):
            self.events.append(outcome)
            self.size += len(outcome.body) + 1
        elif isinstance(outcome, Reject):
            self.rejects.append(outcome)
        else:
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
            batch.bytes_read = bytes_read()
            yield batch
            begin, batch = batch.end, Batch(batch.end)
        batch.add(outcome)
    if batch.end > begin:
        batch.bytes_read = bytes_read()
        yield batch
