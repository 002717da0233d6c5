"""A block: the rows that go into the table in one insert. Pure functions over lines of JSON.

Lines are handled as a whole, by the million a minute: what is done to each by itself is done only
when a row of the block is in the table already, or was sent twice.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

# The rows' own encoder writes these two first; see ingest/rows.py. Its text between the two is
# that of the key: two projects may use the same event id.
_KEY = re.compile(rb'^\{"project_id":"((?:[^"\\]|\\.)*","event_id":".{36})"', re.MULTILINE)
_BETWEEN = b'","event_id":"'
_ID_LENGTH = 36


class Place(NamedTuple):
    """Where in the log a row comes from: its identity in the table."""

    stream: int
    frame: int
    row: int


class EventKey(NamedTuple):
    project_id: bytes
    event_id: bytes


class FrameRows(NamedTuple):
    """Consecutive rows of one frame; `text` has a line of JSON for each, ended by a newline."""

    stream: int
    frame: int
    first_row: int
    rows: int
    text: bytes

    def each(self) -> Iterator["FrameRows"]:
        """The rows one by one. JSON escapes newlines, so there is none within a line."""
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
        return _KEY.findall(self._text)

    def event_ids(self) -> set[bytes]:
        return {key[-_ID_LENGTH:] for key in self.keys}

    def render(self, load_id: int) -> bytes:
        """JSONEachRow in which every row carries the load id."""
        marked = (b"\n" + self._text).replace(b"\n{", b'\n{"load_id":%d,' % load_id)
        return marked[1:]

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
        for row in (row for part in self.parts for row in part.each()):
            match = _KEY.match(row.text)
            if match is not None:
                if match[1] in seen:
                    continue
                seen.add(match[1])
            kept.append(row)
        return Block(kept)

    @cached_property
    def _text(self) -> bytes:
        return b"".join([part.text for part in self.parts])
