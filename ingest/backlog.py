"""How much of the log waits for the loader, and how much room there is; looked at once a second."""

import mmap
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from ingest.log import checkpoint, names
from ingest.log.files import OsFiles
from ingest.log.frame import SEGMENT_HEADER_SIZE, frame_headers
from ingest.log.names import SegmentName


class Backlog(NamedTuple):
    unloaded_bytes: int = 0
    unloaded_rows: int = 0
    lag_seconds: float = 0.0  # age of the oldest frame that waits
    free_bytes: int = 0


class _Counted(NamedTuple):
    """What is known of a segment: the rows of the frames between two offsets."""

    start: int
    end: int
    rows: int


class BacklogGauge:
    """Counts rows by hopping from frame header to frame header, each passed at most twice.

    A measurement adds the frames that were written since the last one, and takes away those that
    were loaded; of frames that came and went in between nothing is read.
    """

    def __init__(self, log_directory: Path, checkpoint_path: Path) -> None:
        self._directory = log_directory
        self._checkpoint_path = checkpoint_path
        self._counted: dict[SegmentName, _Counted] = {}

    def measure(self) -> Backlog:
        """Raises OSError."""
        before, self._counted = self._counted, {}
        unloaded, oldest = 0, 0
        for name, offset in self._waiting():
            path = names.segment_path(self._directory, *name)
            with suppress(FileNotFoundError):  # loaded and deleted since it was listed
                unloaded += max(path.stat().st_size - offset, 0)
                known = before.get(name, _Counted(offset, offset, 0))
                self._counted[name], first_written_at = _count(path, offset, known)
                oldest = min(oldest or first_written_at, first_written_at or oldest)
        lag = max(time.time() - oldest / 1000, 0.0) if oldest else 0.0
        rows = sum(counted.rows for counted in self._counted.values())
        return Backlog(unloaded, rows, lag, OsFiles().free_bytes(self._directory))

    def _waiting(self) -> list[tuple[SegmentName, int]]:
        """Segments that are not loaded, and where in them the rest begins."""
        positions = checkpoint.load(self._checkpoint_path).positions
        waiting: list[tuple[SegmentName, int]] = []
        for stream, segments in names.segments(self._directory).items():
            position = positions.get(stream)
            for segment in segments:
                if position is None or segment > position.segment:
                    waiting.append((SegmentName(stream, segment), SEGMENT_HEADER_SIZE))
                elif segment == position.segment:
                    offset = max(position.offset, SEGMENT_HEADER_SIZE)
                    waiting.append((SegmentName(stream, segment), offset))
        return waiting


def _count(path: Path, offset: int, known: _Counted) -> tuple[_Counted, int]:
    """The rows from `offset` on, and when the first of them was written; 0 if there is none."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        if size <= offset:
            return _Counted(offset, offset, 0), 0
        with mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ) as data:
            first = next(frame_headers(data, offset), None)
            written_at = first.written_at if first else 0
            if known.end <= offset or known.start > offset:
                return _sum(data, _Counted(offset, offset, 0)), written_at
            loaded = _rows_before(data, known.start, offset)
            return _sum(data, _Counted(offset, known.end, known.rows - loaded)), written_at


def _rows_before(data: mmap.mmap, start: int, end: int) -> int:
    rows = 0
    for header in frame_headers(data, start):
        if header.end > end:
            break
        rows += header.rows
    return rows


def _sum(data: mmap.mmap, counted: _Counted) -> _Counted:
    """With the whole frames behind what was counted."""
    start, end, rows = counted
    for header in frame_headers(data, end):
        end = header.end
        rows += header.rows
    return _Counted(start, end, rows)
