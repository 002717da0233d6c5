"""How much of the log waits for the loader, and how much room there is; looked at once a second."""

import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from ingest.log import checkpoint, names
from ingest.log.files import OsFiles
from ingest.log.frame import SEGMENT_HEADER_SIZE


class Backlog(NamedTuple):
    unloaded_bytes: int = 0
    lag_seconds: float = 0.0  # age of the last loaded frame while others wait
    free_bytes: int = 0


def measure(log_directory: Path, checkpoint_path: Path) -> Backlog:
    done = checkpoint.load(checkpoint_path)
    unloaded = 0
    for stream, segments in names.segments(log_directory).items():
        position = done.positions.get(stream)
        for segment in segments:
            size = _size(names.segment_path(log_directory, stream, segment))
            if position is None or segment > position.segment:
                unloaded += max(size - SEGMENT_HEADER_SIZE, 0)
            elif segment == position.segment:
                unloaded += max(size - max(position.offset, SEGMENT_HEADER_SIZE), 0)
    lag = time.time() - done.loaded_until / 1000 if unloaded and done.loaded_until else 0.0
    return Backlog(unloaded, max(lag, 0.0), OsFiles().free_bytes(log_directory))


def _size(path: Path) -> int:
    with suppress(FileNotFoundError):  # loaded and deleted since it was listed
        return path.stat().st_size
    return 0
