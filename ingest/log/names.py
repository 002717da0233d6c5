"""Names of the log's files, and which streams there are."""

import re
import secrets
import time
from pathlib import Path
from typing import NamedTuple

_SEGMENT = re.compile(r"(\d{1,20})-(\d{8})\.segment")
_RANDOM_BITS = 20


class SegmentName(NamedTuple):
    stream: int
    segment: int


def new_stream() -> int:
    """An id that no other life of a worker has: milliseconds, then random bits; below 2**63."""
    return (time.time_ns() // 1_000_000) << _RANDOM_BITS | secrets.randbits(_RANDOM_BITS)


def segment_path(directory: Path, stream: int, segment: int) -> Path:
    return directory / f"{stream}-{segment:08d}.segment"


def lock_path(directory: Path, stream: int) -> Path:
    """Locked by the worker while it lives; free again however it ended."""
    return directory / f"{stream}.lock"


def segments(directory: Path) -> dict[int, list[int]]:
    """Segment numbers by stream, both in ascending order."""
    found: dict[int, list[int]] = {}
    for name in sorted(filter(None, map(parse, directory.iterdir()))):
        found.setdefault(name.stream, []).append(name.segment)
    return found


def parse(path: Path) -> SegmentName | None:
    match = _SEGMENT.fullmatch(path.name)
    return SegmentName(int(match[1]), int(match[2])) if match else None
