"""Replacing a small file so that a crash leaves the old content or the new one."""

import os
from pathlib import Path

from ingest.log import crash_points
from ingest.log.files import sync_directory


def replace(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".tmp")
    descriptor = os.open(temporary, os.O_CREAT | os.O_WRONLY | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        crash_points.reach("file.before_write")
        file.write(content)
        file.flush()
        crash_points.reach("file.before_sync")
        os.fsync(file.fileno())
    crash_points.reach("file.before_rename")
    temporary.rename(path)
    sync_directory(path.parent)
    crash_points.reach("file.after_rename")
