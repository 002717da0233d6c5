"""One writer thread per worker: whoever waits while the disk is busy shares the next sync."""

import asyncio
import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue

from ingest.log.files import Files, OsFiles, try_lock
from ingest.log.names import lock_path, new_stream
from ingest.log.segment_writer import SegmentWriter

logger = logging.getLogger(__name__)

Done = Callable[[OSError | None], None]
"""Called in the event loop once the frames are durable, or with the reason why they are not."""

Waiting = tuple[bytes | bytearray, Done]


class SegmentLog:
    """Owned by one event loop: call everything but the constructor's work from that loop.

    A frame number is reserved first, because rows carry it; numbers of frames that failed are not
    used again, since their bytes may be on disk.
    """

    def __init__(
        self,
        directory: Path,
        *,
        segment_bytes: int,
        reserve_bytes: int,
        files: Files | None = None,
    ) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.directory = directory
        self.stream, self._lock = _new_locked_stream(directory)
        self._writer = SegmentWriter(
            files or OsFiles(),
            directory,
            self.stream,
            segment_bytes=segment_bytes,
            reserve_bytes=reserve_bytes,
        )
        self.pending_bytes = 0
        self._next_frame = 0
        self._queue: SimpleQueue[Waiting | None] = SimpleQueue()  # None: close
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._run, name="segment-log", daemon=True)
        self._thread.start()

    def reserve_frame(self) -> int:
        number = self._next_frame
        self._next_frame += 1
        return number

    def append(self, data: bytes | bytearray, done: Done) -> None:
        """Queue encoded frames."""
        self.pending_bytes += len(data)
        self._queue.put((data, done))

    async def close(self) -> None:
        """Write what is queued, then stop."""
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        is_open = True
        while is_open:
            queued = [self._queue.get()]
            queued += [self._queue.get() for _ in range(self._queue.qsize())]
            batch = [item for item in queued if item is not None]
            is_open = len(batch) == len(queued)
            if batch:
                error = self._append(batch)
                with suppress(RuntimeError):  # the loop was stopped without close(): nobody waits
                    self._loop.call_soon_threadsafe(self._settle, batch, error)
        self._writer.close()

    def _append(self, batch: list[Waiting]) -> OSError | None:
        try:
            self._writer.append([data for data, _ in batch])
        except OSError as error:
            return error
        return None

    def _settle(self, batch: list[Waiting], error: OSError | None) -> None:
        for data, done in batch:
            self.pending_bytes -= len(data)
            try:
                done(error)
            except Exception:  # the others have to hear of theirs
                logger.exception("what waited for the disk failed")


def _new_locked_stream(directory: Path) -> tuple[int, int]:
    """A fresh stream and the descriptor that holds its lock for the life of this process."""
    while True:
        stream = new_stream()
        if (lock := try_lock(lock_path(directory, stream))) is not None:
            return stream, lock
