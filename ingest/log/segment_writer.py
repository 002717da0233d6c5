"""Appends frames to the segments of one stream; synchronous, used by one thread."""

import contextlib
import errno
from collections.abc import Sequence
from pathlib import Path

from ingest.log import crash_points
from ingest.log.files import Files
from ingest.log.frame import SegmentHeader, encode_segment_header
from ingest.log.names import segment_path


class SegmentWriter:
    """After `append` returns, its frames are durable; after it raised, none of them may be trusted.

    A failed write or sync leaves a file whose pages may be lost without a further error (the kernel
    reports a write-back failure once), so the file is abandoned and the next append opens another.
    """

    def __init__(
        self, files: Files, directory: Path, stream: int, *, segment_bytes: int, reserve_bytes: int
    ) -> None:
        self._files = files
        self._directory = directory
        self._stream = stream
        self._segment_bytes = segment_bytes
        self._reserve_bytes = reserve_bytes
        self._next_segment = 0
        self._descriptor: int | None = None
        self._last = (0, 0)  # number and durable size of the last segment with acknowledged frames
        self._current = (0, 0)  # the same of the open segment

    def append(self, frames: Sequence[bytes | bytearray]) -> None:
        """Write the frames and wait for the disk; raises OSError."""
        data = b"".join(frames)
        self._refuse_below_reserve(len(data))
        try:
            if self._descriptor is None:
                self._open_next()
            self._write(data)
        except OSError:
            self.close()
            raise
        segment, size = self._current
        self._last = self._current = (segment, size + len(data))
        if size + len(data) >= self._segment_bytes:
            self.close()

    def close(self) -> None:
        """Leave the open segment for good."""
        if self._descriptor is not None:
            with contextlib.suppress(OSError):  # nothing is lost by it, nothing is regained either
                self._files.close(self._descriptor)
            self._descriptor = None

    def _refuse_below_reserve(self, size: int) -> None:
        if self._files.free_bytes(self._directory) - size < self._reserve_bytes:
            raise OSError(errno.ENOSPC, "the disk reserve is reached")

    def _open_next(self) -> None:
        segment = self._next_segment
        crash_points.reach("log.before_create")
        self._descriptor = self._files.create(segment_path(self._directory, self._stream, segment))
        crash_points.reach("log.after_create")
        self._next_segment += 1
        header = encode_segment_header(SegmentHeader(self._stream, segment, *self._last))
        self._write(header)
        self._files.sync_directory(self._directory)
        self._current = (segment, len(header))

    def _write(self, data: bytes) -> None:
        if self._descriptor is None:
            raise OSError(errno.EBADF, "no segment is open")
        crash_points.reach("log.before_write")
        rest = memoryview(data)
        while rest:
            rest = rest[self._files.write(self._descriptor, rest) :]
        crash_points.reach("log.before_sync")
        self._files.sync(self._descriptor)
        crash_points.reach("log.after_sync")
