"""A file system in memory that can fail, tear writes and lose power."""

import errno
import random
from collections.abc import Callable
from pathlib import Path

from ingest.log.frame import SEGMENT_HEADER_SIZE

PAGE = 64  # bytes; small, so that a frame of a test has several


class SimulatedFiles:
    """Implements `ingest.log.files.Files`.

    A file has durable bytes and bytes that only the page cache holds; its name is durable after
    `sync_directory`. `faults` is asked before every operation for an error to raise. After a failed
    sync the cached bytes count as clean and are never written, as Linux does since 4.13.
    """

    def __init__(self, faults: Callable[[str], OSError | None] = lambda _: None) -> None:
        self._faults = faults
        self.content: dict[Path, bytearray] = {}
        self.durable: dict[Path, int] = {}  # size on disk
        self.named: set[Path] = set()
        self.synced: list[int] = []
        self._open: dict[int, Path] = {}
        self._next = 3
        self.failed_sync: set[int] = set()
        self.free = 1 << 40
        self._shown: set[Path] = set()

    def create(self, path: Path) -> int:
        self._fail("create")
        if path in self.content:
            raise FileExistsError(errno.EEXIST, "exists", str(path))
        self.content[path] = bytearray()
        self.durable[path] = 0
        self._next += 1
        self._open[self._next] = path
        return self._next

    def write(self, descriptor: int, data: memoryview) -> int:
        error = self._faults("write")
        size = len(data) if error is None else len(data) // 2
        self.content[self._open[descriptor]] += data[:size]
        if error is not None:
            raise error
        return size

    def sync(self, descriptor: int) -> None:
        assert descriptor not in self.failed_sync, "synced again after an error"
        if (error := self._faults("sync")) is not None:
            self.failed_sync.add(descriptor)
            raise error
        self.synced.append(descriptor)
        path = self._open[descriptor]
        self.durable[path] = len(self.content[path])

    def close(self, descriptor: int) -> None:
        del self._open[descriptor]

    def sync_directory(self, path: Path) -> None:
        self._fail("sync_directory")
        self.named |= {name for name in self.content if name.parent == path}

    def free_bytes(self, path: Path) -> int:
        return self.free

    def show(self, directory: Path) -> None:
        """Write to a real directory what other processes see, but for what they deleted there."""
        for path, content in list(self.content.items()):
            shown = directory / path.name
            if path in self._shown and not shown.exists():
                del self.content[path]
                continue
            self._shown.add(path)
            shown.write_bytes(content)

    def lose_power(self, chance: random.Random, directory: Path) -> None:
        """Write to a real directory what a disk may hold after the power failed.

        Of bytes that were not synced any page may be there, in any order.
        """
        for path, content in self.content.items():
            if path not in self.named and chance.random() < 0.5:
                continue
            kept = self.durable[path] + chance.randint(0, len(content) - self.durable[path])
            tail = content[self.durable[path] : kept]
            for start in range(0, len(tail), PAGE):
                if chance.random() < 0.3:  # allocated, never written
                    page = tail[start : start + PAGE]
                    tail[start : start + PAGE] = bytes(len(page))
            data = bytes(content[: self.durable[path]] + tail)
            (directory / path.name).write_bytes(data)

    def is_certain(self, path: Path) -> bool:
        """Whether the file and its segment header survive any failure of power."""
        return path in self.named and self.durable[path] >= SEGMENT_HEADER_SIZE

    def _fail(self, operation: str) -> None:
        if (error := self._faults(operation)) is not None:
            raise error
