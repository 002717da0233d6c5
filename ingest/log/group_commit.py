"""One writer thread per worker: whoever waits while the disk is busy shares the next sync."""

import asyncio
import threading
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from ingest.log.files import Files, OsFiles, try_lock
from ingest.log.names import lock_path, new_stream
from ingest.log.segment_writer import SegmentWriter


class Waiting(NamedTuple):
    data: bytes | bytearray
    done: asyncio.Future[None]


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
        self._queue: list[Waiting] = []
        self._wake = threading.Condition()
        self._closing = False
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._run, name="segment-log", daemon=True)
        self._thread.start()

    def reserve_frame(self) -> int:
        number = self._next_frame
        self._next_frame += 1
        return number

    def append(self, data: bytes | bytearray) -> asyncio.Future[None]:
        """Queue an encoded frame; the future is done when it is durable, or raises OSError."""
        waiting = Waiting(data, self._loop.create_future())
        self.pending_bytes += len(data)
        with self._wake:
            self._queue.append(waiting)
            if len(self._queue) == 1:
                self._wake.notify()
        return waiting.done

    async def close(self) -> None:
        """Write what is queued, then stop."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        while batch := self._next_batch():
            error = self._append(batch)
            with suppress(RuntimeError):  # the loop was stopped without close(): nobody waits
                self._loop.call_soon_threadsafe(self._settle, batch, error)
        self._writer.close()

    def _next_batch(self) -> list[Waiting]:
        """Everything queued; empty when the log closes."""
        with self._wake:
            while not self._queue and not self._closing:
                self._wake.wait()
            batch, self._queue = self._queue, []
            return batch

    def _append(self, batch: list[Waiting]) -> OSError | None:
        try:
            self._writer.append([item.data for item in batch])
        except OSError as error:
            return error
        return None

    def _settle(self, batch: list[Waiting], error: OSError | None) -> None:
        for data, done in batch:
            self.pending_bytes -= len(data)
            if done.done():  # its request was cancelled
                continue
            if error is None:
                done.set_result(None)
            else:
                done.set_exception(error)


def _new_locked_stream(directory: Path) -> tuple[int, int]:
    """A fresh stream and the descriptor that holds its lock for the life of this process."""
    while True:
        stream = new_stream()
        if (lock := try_lock(lock_path(directory, stream))) is not None:
            return stream, lock
