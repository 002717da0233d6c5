"""Request bodies: small ones in memory, long ones in a file, always with a path for the engine."""

import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


class Spool:
    """Bytes that go to a file when they pass `memory_bytes`."""

    def __init__(self, directory: Path, memory_bytes: int) -> None:
        self._directory = directory
        self._memory_bytes = memory_bytes
        self._memory = bytearray()
        self._file: IO[bytes] | None = None
        self.size = 0

    def write(self, data: bytes) -> None:
        self.size += len(data)
        if self._file is None and self.size <= self._memory_bytes:
            self._memory += data
            return
        if self._file is None:
            # Unlinked at once: a crash leaves nothing behind, /proc/self/fd still names it.
            self._file = tempfile.TemporaryFile(dir=self._directory)  # noqa: SIM115
            self._file.write(self._memory)
            self._memory.clear()
        self._file.write(data)

    def read(self) -> bytes:
        if self._file is None:
            return bytes(self._memory)
        self._file.seek(0)
        return self._file.read()

    def chunks(self, size: int = 1 << 20) -> Iterator[bytes]:
        if self._file is None:
            yield bytes(self._memory)
            return
        self._file.seek(0)
        while data := self._file.read(size):
            yield data

    @contextmanager
    def path(self) -> Iterator[str]:
        """A path below which the engine reads the bytes, valid inside this process only."""
        if self._file is not None:
            self._file.flush()
            yield f"/proc/self/fd/{self._file.fileno()}"
            return
        descriptor = os.memfd_create("request-body")
        try:
            with os.fdopen(os.dup(descriptor), "wb") as writer:
                writer.write(self._memory)
            yield f"/proc/self/fd/{descriptor}"
        finally:
            os.close(descriptor)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
        self._memory.clear()


async def fill(spool: Spool, chunks: AsyncIterator[bytes]) -> None:
    async for chunk in chunks:
        spool.write(chunk)
