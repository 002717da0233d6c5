"""Event ids that depend only on the file, so that a second import adds nothing.

An id has the shape of a UUIDv7:

    48 bits  time of the event, milliseconds
    12 bits  zero
    24 bits  which of the file's events of this millisecond it is
    38 bits  of a hash of the record

Equal lines of one second differ in their number, so none is taken for a repetition of another. The
number stands first after the time, and the time before all, so that ids sort as the file does, in
whichever order of its halves an engine compares UUIDs. Two files share an id only if the same
number of the same millisecond also has the same hash.
"""

import uuid
from collections import defaultdict
from hashlib import blake2b

VERSION = 7 << 76
VARIANT = 0b10 << 62
HASH_BITS = 38
MAX_NUMBER = 1 << 24


class EventIds:
    """Gives out the ids of one file, whose records must come in the same order every time."""

    def __init__(self) -> None:
        self._numbers: defaultdict[int, int] = defaultdict(int)

    def next(self, timestamp_ms: int, record: bytes) -> str:
        """The id of the next event of this time; `record` is the event as the file has it."""
        number = self._numbers[timestamp_ms]
        self._numbers[timestamp_ms] = number + 1
        digest = int.from_bytes(blake2b(record, digest_size=8).digest())
        low = (number % MAX_NUMBER) << HASH_BITS | digest >> (64 - HASH_BITS)
        return _text(timestamp_ms << 80 | VERSION | VARIANT | low)


def from_reference(timestamp_ms: int, reference: str) -> str:
    """The id of an event that has one in its file: itself if it is a UUID, else made from it."""
    try:
        return str(uuid.UUID(reference))
    except ValueError:
        return hashed(timestamp_ms, reference)


def hashed(timestamp_ms: int, reference: str) -> str:
    """The id of an event whose file tells it apart by this text and its time."""
    digest = int.from_bytes(blake2b(reference.encode(), digest_size=10).digest())
    random_a, random_b = digest >> 68, digest & ((1 << 62) - 1)
    return _text(timestamp_ms << 80 | VERSION | random_a << 64 | VARIANT | random_b)


def _text(value: int) -> str:
    digits = f"{value:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
