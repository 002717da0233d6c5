"""A statement's result while it is being computed: the engine writes a pipe, the gateway reads it.

`INTO OUTFILE '/proc/self/fd/N'` gives every output format its one header and footer; chDB's own
streaming repeats them for each block. A full pipe stops the engine, so a slow client bounds memory.
"""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Executor
from contextlib import suppress

from warehouse.embedded.engine import Outcome

PIPE_BYTES = 1 << 20
READ_BYTES = 1 << 18


class RunningStatement:
    """One statement in a worker thread, and the bytes that it writes meanwhile."""

    def __init__(self, executor: Executor, work: Callable[[str], Outcome]) -> None:
        """`work` gets the path of the pipe and returns when the statement has ended."""
        loop = asyncio.get_running_loop()
        self._reader, writer = os.pipe2(os.O_CLOEXEC)
        os.set_blocking(self._reader, False)
        with suppress(OSError):  # above the user's pipe quota the pipe keeps its 64 KiB
            fcntl.fcntl(self._reader, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        self._readable = asyncio.Event()
        loop.add_reader(self._reader, self._on_readable)
        self._loop = loop
        self._writer = writer
        self._future = executor.submit(_run_and_close, work, writer)

    def _on_readable(self) -> None:
        self._loop.remove_reader(self._reader)
        self._readable.set()

    async def chunks(self) -> AsyncIterator[bytes]:
        """What the statement writes, until it has ended."""
        while True:
            await self._readable.wait()
            try:
                data = os.read(self._reader, READ_BYTES)
            except BlockingIOError:
                self._await_more()
                continue
            if not data:
                return
            self._await_more()
            yield data

    def _await_more(self) -> None:
        self._readable.clear()
        self._loop.add_reader(self._reader, self._on_readable)

    async def outcome(self) -> Outcome:
        """Raises ClickHouseError when the statement failed."""
        return await asyncio.shield(asyncio.wrap_future(self._future))

    def close(self) -> None:
        """Stop reading. A statement that still writes gets EPIPE and ends; a waiting one is dropped."""
        if self._future.cancel():
            os.close(self._writer)
        self._loop.remove_reader(self._reader)
        os.close(self._reader)


def _run_and_close(work: Callable[[str], Outcome], writer: int) -> Outcome:
    try:
        return work(f"/proc/self/fd/{writer}")
    finally:
        os.close(writer)
