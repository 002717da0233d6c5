"""Reads all streams of a log directory and gathers frames into blocks."""

import os
from dataclasses import dataclass, field
from pathlib import Path

from ingest.loader.block import FrameRows
from ingest.log import names
from ingest.log.checkpoint import Checkpoint
from ingest.log.files import try_lock
from ingest.log.frame import Frame, Kind
from ingest.log.stream_reader import Loss, Position, StreamReader

READ_BYTES = 8 << 20


@dataclass
class Gathered:
    """Frames since a checkpoint, in the order of their streams, and the positions after them."""

    positions: dict[int, Position]
    events: list[FrameRows] = field(default_factory=list)
    rejected: list[FrameRows] = field(default_factory=list)
    losses: list[Loss] = field(default_factory=list)
    finished: list[int] = field(default_factory=list)  # ended streams, read to their end
    rows: int = 0
    size: int = 0
    oldest_written_at: int = 0  # milliseconds since the epoch; 0 if there is no frame
    written_until: int = 0

    def add(self, stream: int, frames: list[Frame]) -> None:
        for kind, number, rows, written_at, payload in frames:
            part = FrameRows(stream, number, 0, rows, payload)
            (self.events if kind is Kind.EVENTS else self.rejected).append(part)
            self.rows += rows
            self.size += len(payload)
            self.oldest_written_at = min(self.oldest_written_at or written_at, written_at)
            self.written_until = max(self.written_until, written_at)


class LogReader:
    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._ended: set[int] = set()

    def extend(self, gathered: Gathered, *, rows: int, size: int) -> None:
        """Read on until there are about `rows` rows or `size` bytes, or nothing is left."""
        self._find_ended()
        streams = names.segments(self._directory)
        self._ended.update(self._without_lock(streams))
        for stream in sorted(streams.keys() | self._ended):
            if stream in gathered.finished:
                continue
            while gathered.rows < rows and gathered.size < size:
                limit = min(READ_BYTES, size - gathered.size)
                if not self._read(stream, streams.get(stream, []), gathered, limit):
                    break

    def forget(self, checkpoint: Checkpoint, finished: list[int]) -> None:
        """Delete the files that the saved checkpoint has left behind."""
        for stream, segments in names.segments(self._directory).items():
            position = checkpoint.positions.get(stream)
            for segment in segments:
                if stream in finished or (position is not None and segment < position.segment):
                    names.segment_path(self._directory, stream, segment).unlink(missing_ok=True)
        for stream in finished:
            names.lock_path(self._directory, stream).unlink(missing_ok=True)
            self._ended.discard(stream)

    def _read(self, stream: int, segments: list[int], gathered: Gathered, limit: int) -> bool:
        """Take the next frames of a stream; False if there is nothing further for now."""
        before = gathered.positions.get(stream)
        reading = StreamReader(self._directory, stream).read(
            before, segments, has_ended=stream in self._ended, limit=limit
        )
        gathered.add(stream, reading.frames)
        gathered.losses.extend(reading.losses)
        gathered.positions[stream] = reading.position
        if reading.is_finished:
            gathered.finished.append(stream)
        return not reading.is_finished and reading.position != before

    def _find_ended(self) -> None:
        """A stream whose lock is free has no writer any more, and will never have one again."""
        for path in self._directory.glob("*.lock"):
            stream = int(path.stem)
            if stream not in self._ended and (descriptor := try_lock(path)) is not None:
                os.close(descriptor)
                self._ended.add(stream)

    def _without_lock(self, streams: dict[int, list[int]]) -> set[int]:
        """A writer makes its lock before its first segment."""
        return {
            stream for stream in streams if not names.lock_path(self._directory, stream).exists()
        }
