"""A block: the rows that go into the table in one insert. Pure functions over lines of JSON."""

import re
from collections.abc import Collection, Iterable
from typing import NamedTuple

from ingest.log.frame import Frame

# The rows' own encoder writes these two first; see ingest/rows.py.
_EVENT_KEY = re.compile(rb'\{"project_id":"((?:[^"\\]|\\.)*)","event_id":"(.{36})"')


class Place(NamedTuple):
    """Where in the log a row comes from: its identity in the table."""

    stream: int
    frame: int
    row: int


class EventKey(NamedTuple):
    """What makes an event the same one: two projects may use the same id."""

    project_id: bytes
    event_id: bytes


class Line(NamedTuple):
    place: Place
    text: bytes  # one JSON object, without a newline


class SourceFrame(NamedTuple):
    stream: int
    frame: Frame

    def lines(self) -> list[Line]:
        number = self.frame.number
        texts = self.frame.payload.split(b"\n")[:-1]  # JSON escapes newlines
        return [Line(Place(self.stream, number, row), text) for row, text in enumerate(texts)]


def event_key(line: Line) -> EventKey | None:
    match = _EVENT_KEY.match(line.text)
    return EventKey(match[1], match[2]) if match else None


def unique(lines: list[Line], known: Collection[EventKey]) -> list[Line]:
    """Lines whose key is neither known nor that of an earlier line: without client retries."""
    seen = set(known)
    kept: list[Line] = []
    for line in lines:
        key = event_key(line)
        if key is not None:
            if key in seen:
                continue
            seen.add(key)
        kept.append(line)
    return kept


def render(lines: Iterable[Line], load_id: int) -> bytes:
    """JSONEachRow in which every row carries the load id."""
    start = b'{"load_id":%d,' % load_id
    return b"".join([start + line.text[1:] + b"\n" for line in lines])


def project_ids(lines: Iterable[Line]) -> list[str]:
    keys = {key.project_id for line in lines if (key := event_key(line))}
    return sorted(key.decode() for key in keys)
