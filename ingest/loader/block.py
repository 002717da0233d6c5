"""A block: the rows that go into the table in one insert. Pure functions over lines of JSON.

Lines are handled as a whole, by the million a minute: what is done to each by itself is done only
when a row of the block is in the table already, or was sent twice.
"""

from collections.abc import Collection, Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

# How the rows' own encoder begins a line; see ingest/rows.py. JSON escapes newlines, so there is
# none within a line.
_START = b'{"project_id":"'
_BETWEEN = b'","event_id":"'
_ID_LENGTH = 36
PIECE_BYTES = 1 << 20


class Place(NamedTuple):
    """Where in the log a row comes from: its identity in the table."""

    stream: int
    frame: int
    row: int


class EventKey(NamedTuple):
    project_id: bytes
    event_id: bytes


class FrameRows(NamedTuple):
    """Consecutive rows of one frame; `text` has a line of JSON for each, ended by a newline.

    A frame's rows are of one project, since they came with one request.
    """

    stream: int
    frame: int
    first_row: int
    rows: int
    text: bytes

    def event_keys(self) -> list[bytes]:
        """The beginning of each line from the project id to the end of the event id."""
        end = self.text.index(_BETWEEN) + len(_BETWEEN) + _ID_LENGTH
        return [line[len(_START) : end] for line in self.text.split(b"\n")[:-1]]

    def each(self) -> Iterator["FrameRows"]:
        for row, line in enumerate(self.text.splitlines(keepends=True), self.first_row):
            yield FrameRows(self.stream, self.frame, row, 1, line)

    @property
    def place(self) -> Place:
        return Place(self.stream, self.frame, self.first_row)


class Block:
    def __init__(self, parts: Iterable[FrameRows]) -> None:
        self.parts = list(parts)

    @cached_property
    def rows(self) -> int:
        return sum(part.rows for part in self.parts)

    @cached_property
    def keys(self) -> list[bytes]:
        """What makes each event the same one when it is sent again, in the order of the rows."""
        return [key for part in self.parts for key in part.event_keys()]

    def event_ids(self) -> set[bytes]:
        return {key[-_ID_LENGTH:] for key in self.keys}

    def render(self, load_id: int) -> Iterator[bytes]:
        """JSONEachRow in which every row carries the load id, in pieces of about a megabyte."""
        old, new = b"\n" + _START, b'\n{"load_id":%d,' % load_id + _START[1:]
        for texts in self._pieces():
            yield (b"\n" + b"".join(texts)).replace(old, new)[1:]

    def _pieces(self) -> Iterator[list[bytes]]:
        texts: list[bytes] = []
        size = 0
        for part in self.parts:
            texts.append(part.text)
            size += len(part.text)
            if size >= PIECE_BYTES:
                yield texts
                texts, size = [], 0
        if texts:
            yield texts

    def halves(self) -> tuple["Block", "Block"]:
        """Frames are parted first, then the rows of the only frame."""
        parts = self.parts if len(self.parts) > 1 else list(self.parts[0].each())
        middle = len(parts) // 2
        return Block(parts[:middle]), Block(parts[middle:])

    def without(self, places: Collection[Place]) -> "Block":
        if not places:
            return self
        frames = {(stream, frame) for stream, frame, _ in places}
        kept: list[FrameRows] = []
        for part in self.parts:
            if (part.stream, part.frame) not in frames:
                kept.append(part)
            else:
                kept.extend(row for row in part.each() if row.place not in places)
        return Block(kept)

    def unique(self, known: Collection[EventKey]) -> "Block":
        """Rows whose key is neither known nor that of an earlier row: without client retries."""
        if not known and len(set(self.keys)) == len(self.keys):
            return self
        seen = {project_id + _BETWEEN + event_id for project_id, event_id in known}
        kept: list[FrameRows] = []
        rows = (row for part in self.parts for row in part.each())
        for key, row in zip(self.keys, rows, strict=True):
            if key not in seen:
                seen.add(key)
                kept.append(row)
        return Block(kept)
