"""How far an import has come, kept in a file so that a stopped one can go on.

Two files lie side by side: `<key>.json`, replaced as a whole after batches are acknowledged, and
`<key>.rejects.ndjson`, to which rejects are appended. The first holds the length of the second, so
that rejects written after the last save are cut off and written again.
"""

import fcntl
import hashlib
import os
import time
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import msgspec

from ingest.importer.batches import Batch
from ingest.importer.delivery import Refusal
from ingest.importer.errors import ImportFailedError
from ingest.importer.outcomes import Event

SAVE_EVERY_SECONDS = 0.5
MAX_TEXT = 4_000


class Progress(msgspec.Struct):
    """`position` counts the outcomes of the file that were answered."""

    file: str
    project: str
    started_at: datetime
    position: int = 0
    accepted: int = 0
    rejected: int = 0
    skipped: int = 0
    rejects_bytes: int = 0
    events: dict[str, int] = msgspec.field(default_factory=dict)
    first_event_at: datetime | None = None
    last_event_at: datetime | None = None
    finished_at: datetime | None = None

    def count(self, batch: Batch, taken: list[Event]) -> None:
        """Add an answered batch, of whose events these were taken."""
        self.position = batch.end
        self.accepted += len(taken)
        self.rejected += len(batch.rejects) + len(batch.events) - len(taken)
        self.skipped += batch.skipped
        for name, count in Counter(event.name for event in taken).items():
            self.events[name] = self.events.get(name, 0) + count
        times = [event.timestamp for event in taken]
        times += [moment for moment in (self.first_event_at, self.last_event_at) if moment]
        if times:
            self.first_event_at = min(times).astimezone(UTC)
            self.last_event_at = max(times).astimezone(UTC)


class RejectedRecord(msgspec.Struct, omit_defaults=True):
    line: int
    reason: str
    field: str = ""
    code: str = ""
    record: str = ""


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Progress).decode


def journal_key(*parts: str) -> str:
    """A file name for an import that is the same whenever all of these are."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24]


class Journal:
    """Locked while open: two imports of one file into one project would get in the way."""

    def __init__(self, directory: Path, key: str, fresh: Progress, *, again: bool = False) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.path = directory / f"{key}.json"
        self.rejects_path = directory / f"{key}.rejects.ndjson"
        self._lock = (directory / f"{key}.lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._lock.close()
            raise ImportFailedError("this file is being imported by another process") from None
        self.progress = fresh if again else self._load(fresh)
        self._rejects = self.rejects_path.open("ab")
        self._rejects.truncate(self.progress.rejects_bytes)
        self._saved_at = 0.0

    def answered(self, batch: Batch, refusals: list[Refusal]) -> None:
        """Record a batch that the API has answered, and its refusals."""
        refused = {refusal.index for refusal in refusals}
        taken = [event for index, event in enumerate(batch.events) if index not in refused]
        self._append(rejected_records(batch, refusals))
        self.progress.count(batch, taken)
        if time.monotonic() - self._saved_at > SAVE_EVERY_SECONDS:
            self.save()

    def finish(self, at: datetime) -> None:
        self.progress.finished_at = at
        self.save()

    def save(self) -> None:
        self._rejects.flush()
        os.fsync(self._rejects.fileno())
        temporary = self.path.with_suffix(".tmp")
        temporary.write_bytes(_encode(self.progress))
        temporary.replace(self.path)
        self._saved_at = time.monotonic()

    def close(self) -> None:
        self._rejects.close()
        self._lock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _load(self, fresh: Progress) -> Progress:
        """What was saved; a journal that cannot be read only costs sending everything again."""
        try:
            progress = _decode(self.path.read_bytes())
            complete = self.rejects_path.stat().st_size >= progress.rejects_bytes
        except (OSError, msgspec.MsgspecError):
            return fresh
        return progress if complete else fresh

    def _append(self, records: Iterable[RejectedRecord]) -> None:
        for record in records:
            line = _encode(record) + b"\n"
            self._rejects.write(line)
            self.progress.rejects_bytes += len(line)


def rejected_records(batch: Batch, refusals: list[Refusal]) -> list[RejectedRecord]:
    """Those that the mapping could not use and those that the API refused, by line."""
    ours = [
        RejectedRecord(reject.line, reject.reason, reject.field, record=as_text(reject.text))
        for reject in batch.rejects
    ]
    theirs = [
        RejectedRecord(event.line, each.reason, each.field, each.code, as_text(event.text))
        for event, each in ((batch.events[refusal.index], refusal) for refusal in refusals)
    ]
    return sorted(ours + theirs, key=lambda record: record.line)


def as_text(record: str | bytes) -> str:
    """The start of a record; bytes that are not UTF-8 appear as `\\xNN`."""
    start = record[:MAX_TEXT]
    return start if isinstance(start, str) else start.decode(errors="backslashreplace")
