"""The few file operations that the log needs, so that tests can make them fail or lose power."""

import fcntl
import os
from pathlib import Path
from typing import Protocol


class Files(Protocol):
    """What the log asks of a file system; every method may raise OSError."""

    def create(self, path: Path) -> int:
        """Create a file that must not exist, for appending; returns its descriptor."""

    def write(self, descriptor: int, data: memoryview) -> int:
        """Append; returns how much was written."""

    def sync(self, descriptor: int) -> None: ...

    def close(self, descriptor: int) -> None: ...

    def sync_directory(self, path: Path) -> None: ...

    def free_bytes(self, path: Path) -> int: ...


class OsFiles:
    """The operating system's."""

    def create(self, path: Path) -> int:
        flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC
        return os.open(path, flags, 0o600)

    def write(self, descriptor: int, data: memoryview) -> int:
        return os.write(descriptor, data)

    def sync(self, descriptor: int) -> None:
        os.fdatasync(descriptor)

    def close(self, descriptor: int) -> None:
        os.close(descriptor)

    def sync_directory(self, path: Path) -> None:
        sync_directory(path)

    def free_bytes(self, path: Path) -> int:
        status = os.statvfs(path)
        return status.f_bavail * status.f_frsize


def sync_directory(path: Path) -> None:
    """Make names in a directory durable: an fsynced file is lost if its entry is not."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def try_lock(path: Path) -> int | None:
    """Hold an exclusive lock until the process ends; None if another process holds it."""
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor
