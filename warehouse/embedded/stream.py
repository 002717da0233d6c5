"""A statement in a worker thread, and a pipe through which its rows come.

`INTO OUTFILE '/proc/self/fd/N'` gives every output format its one header and footer; chDB's own
streaming repeats them for each block. A full pipe stops the engine, so a slow client bounds memory.
"""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Executor
from contextlib import suppress
from types import TracebackType
from typing import Self

from warehouse.embedded.engine import Outcome
from warehouse.embedded.errors import ClickHouseError

PIPE_BYTES = 1 << 20
READ_BYTES = 1 << 18
KILL_INTERVAL_SECONDS = 0.2


class RunningStatement:
    """Runs `work` from the moment it is made; leaving the context waits until it has ended."""

    def __init__(
        self, executor: Executor, work: Callable[[int], Outcome], kill: Callable[[], None]
    ) -> None:
        """`work` gets the pipe's descriptor; `kill` stops the statement, if it has begun."""
        self._reader, self._writer = os.pipe2(os.O_CLOEXEC)
        os.set_blocking(self._reader, False)
        with suppress(OSError):  # above the user's pipe quota the pipe keeps its 64 KiB
            fcntl.fcntl(self._reader, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        self._kill = kill
        self._loop = asyncio.get_running_loop()
        self._readable = asyncio.Event()
        self._reading = True
        self._watch()
        self._future = executor.submit(_run_and_close, work, self._writer)
        self._ended = asyncio.wrap_future(self._future)

    async def chunks(self) -> AsyncIterator[bytes]:
        """What the statement writes, until it has ended."""
        while True:
            await self._readable.wait()
            try:
                data = os.read(self._reader, READ_BYTES)
            except BlockingIOError:
                self._watch()
                continue
            if not data:
                return
            yield data

    def _watch(self) -> None:
        self._readable.clear()
        self._loop.add_reader(self._reader, self._on_readable)

    def _on_readable(self) -> None:
        self._loop.remove_reader(self._reader)
        self._readable.set()

    async def outcome(self) -> Outcome:
        """Raises ClickHouseError when the statement failed or was dropped before it began."""
        try:
            return await asyncio.shield(self._ended)
        except asyncio.CancelledError:
            if not self._future.cancelled():
                raise
            raise ClickHouseError(394, "QUERY_WAS_CANCELLED", "Query was cancelled") from None

    async def stop(self) -> None:
        """End it early: drop it if it still waits, else kill it until the engine has let go.

        One KILL is not enough when it arrives between two statements of the same request.
        """
        if self._future.cancel():
            os.close(self._writer)
            return
        while not self._future.done():
            await asyncio.to_thread(self._kill)
            await asyncio.wait([self._ended], timeout=KILL_INTERVAL_SECONDS)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._loop.remove_reader(self._reader)
        os.close(self._reader)  # who still writes gets EPIPE
        if not self._future.done():
            await self.stop()
        with suppress(BaseException):  # the caller has seen it, or has failed before it
            self._ended.exception()


def _run_and_close(work: Callable[[int], Outcome], writer: int) -> Outcome:
    try:
        return work(writer)
    finally:
        os.close(writer)
