"""What waits for the loader: bytes, events, and for how long."""

import time
from pathlib import Path

import pytest

from ingest.backlog import BacklogGauge
from ingest.log import checkpoint, names
from ingest.log.checkpoint import Checkpoint
from ingest.log.files import OsFiles
from ingest.log.frame import SEGMENT_HEADER_SIZE, Frame, Kind, encode_frame
from ingest.log.segment_writer import SegmentWriter
from ingest.log.stream_reader import Position

ROWS = 7
SIZE = len(encode_frame(Frame(Kind.EVENTS, 0, ROWS, 0, b"{}\n" * 100)))


class Stream:
    def __init__(self, log: Path, stream: int) -> None:
        self.stream = stream
        self._writer = SegmentWriter(
            OsFiles(), log, stream, segment_bytes=3 * SIZE, reserve_bytes=0
        )

    def write(self, count: int, age: float = 0.0) -> None:
        written_at = int((time.time() - age) * 1000)
        for _ in range(count):
            frame = Frame(Kind.EVENTS, 0, ROWS, written_at, b"{}\n" * 100)
            self._writer.append([encode_frame(frame)])


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "log"
    path.mkdir()
    return path


def test_nothing_waits_in_an_empty_log(log: Path) -> None:
    measured = BacklogGauge(log, log.parent / "checkpoint.json").measure()
    assert measured[:3] == (0, 0, 0.0)
    assert measured.free_bytes > 0


def test_rows_are_counted_as_they_are_written_and_loaded(log: Path) -> None:
    path = log.parent / "checkpoint.json"
    gauge = BacklogGauge(log, path)
    first, second = Stream(log, 1), Stream(log, 2)
    waiting = 0
    for count in (4, 1, 5):  # over several segments of three frames
        first.write(count)
        second.write(1)
        waiting += count + 1
        measured = gauge.measure()
        assert (measured.unloaded_bytes, measured.unloaded_rows) == (waiting * SIZE, waiting * ROWS)
    for loaded in range(1, 3):
        offset = SEGMENT_HEADER_SIZE + loaded * SIZE
        checkpoint.save(path, Checkpoint(positions={1: Position(1, offset)}))
        waiting = (10 - 3 - loaded) + 3
        assert gauge.measure().unloaded_rows == waiting * ROWS
        assert BacklogGauge(log, path).measure().unloaded_rows == waiting * ROWS


def test_the_lag_is_the_age_of_the_oldest_that_waits(log: Path) -> None:
    path = log.parent / "checkpoint.json"
    gauge = BacklogGauge(log, path)
    stream = Stream(log, 1)
    stream.write(1, age=50)
    stream.write(1, age=20)
    assert 50 <= gauge.measure().lag_seconds < 52
    checkpoint.save(path, Checkpoint(positions={1: Position(0, SEGMENT_HEADER_SIZE + SIZE)}))
    assert 20 <= gauge.measure().lag_seconds < 22
    checkpoint.save(path, Checkpoint(positions={1: Position(0, SEGMENT_HEADER_SIZE + 2 * SIZE)}))
    assert gauge.measure()[:3] == (0, 0, 0.0)


def test_a_frame_that_is_still_being_written_does_not_count(log: Path) -> None:
    stream = Stream(log, 1)
    stream.write(2)
    path = names.segment_path(log, 1, 0)
    path.write_bytes(path.read_bytes()[:-5])
    measured = BacklogGauge(log, log.parent / "checkpoint.json").measure()
    assert measured.unloaded_rows == ROWS
