"""How much of the log waits for the loader, and how much room there is; looked at once a second."""

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from ingest.log import checkpoint, names
from ingest.log.files import OsFiles
from ingest.log.frame import FRAME_HEADER_SIZE, SEGMENT_HEADER_SIZE, FrameSize, measure_frame
from ingest.log.names import SegmentName

READ_BYTES = 1 << 20


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
        size = os.fstat(file.fileno()).st_size
        first = measure_frame(os.pread(file.fileno(), FRAME_HEADER_SIZE, offset))
        written_at = first.written_at if first else 0
        if known.end <= offset or known.start > offset:
            known = _Counted(offset, offset, 0)
        loaded = sum(frame.rows for frame in _frames(file.fileno(), known.start, offset))
        new = list(_frames(file.fileno(), known.end, size))
        rows = known.rows - loaded + sum(frame.rows for frame in new)
        return _Counted(offset, known.end + sum(frame.size for frame in new), rows), written_at


def _frames(descriptor: int, start: int, end: int) -> Iterator[FrameSize]:
    """Whole frames between two offsets, up to damage: the loader will report and pass it.

    Read in large pieces, since each read gives Python's lock away and may wait for it; not mapped,
    since a page that the disk cannot give would end the process.
    """
    piece, base = b"", start
    while start < end:
        if start + FRAME_HEADER_SIZE > base + len(piece):
            piece, base = os.pread(descriptor, min(READ_BYTES, end - start), start), start
        frame = measure_frame(piece[start - base : start - base + FRAME_HEADER_SIZE])
        if frame is None or start + frame.size > end:
            return
        yield frame
        start += frame.size
