"""Intact frames are read as written whatever happens to a file, and missing ones are reported."""

import shutil
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.log import names
from ingest.log.files import OsFiles
from ingest.log.frame import SEGMENT_HEADER_SIZE, Frame, Kind, encode_frame
from ingest.log.segment_writer import SegmentWriter
from ingest.log.stream_reader import Loss, Position, StreamReader

STREAM = 7


class Written(NamedTuple):
    """A stream of three segments, the frames in it and where in its segment each begins."""

    directory: Path
    frames: list[Frame]
    places: list[Position]
    sizes: list[int]  # of the segments


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    directory = tmp_path_factory.mktemp("written")
    writer = SegmentWriter(OsFiles(), directory, STREAM, segment_bytes=330, reserve_bytes=0)
    frames, places = [], []
    segment, offset = 0, SEGMENT_HEADER_SIZE
    for number in range(12):
        payload = b'{"n":%d,"x":"%s"}\n' % (number, b"y" * (number * 7 % 40))
        frames.append(Frame(Kind.EVENTS, number, 1, number, payload))
        encoded = encode_frame(frames[-1])
        places.append(Position(segment, offset))
        writer.append([encoded])
        offset += len(encoded)
        if offset >= 330:
            segment, offset = segment + 1, SEGMENT_HEADER_SIZE
    sizes = [
        names.segment_path(directory, STREAM, number).stat().st_size
        for number in names.segments(directory)[STREAM]
    ]
    return Written(directory, frames, places, sizes)


@pytest.fixture(scope="module")
def damaged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("damaged")


def read(directory: Path, limits: list[int]) -> tuple[list[Frame], list[Loss]]:
    """The ended stream, with these limits in turn."""
    frames: list[Frame] = []
    losses: list[Loss] = []
    position: Position | None = None
    segments = names.segments(directory)[STREAM]
    for turn in range(10_000):
        reading = StreamReader(directory, STREAM).read(
            position, segments, has_ended=True, limit=limits[turn % len(limits)]
        )
        frames += reading.frames
        losses += reading.losses
        if reading.is_finished:
            return frames, losses
        position = reading.position
    raise AssertionError("the reader does not come to an end")


limits = st.lists(st.integers(1, 700), min_size=1, max_size=4)
segments = st.integers(0, 2)


def copy(written: Written, damaged: Path) -> None:
    for path in written.directory.iterdir():
        shutil.copy(path, damaged / path.name)


def size_of(written: Written, frame: int) -> int:
    return len(encode_frame(written.frames[frame]))


def test_the_fixture_has_three_segments(written: Written) -> None:
    assert len(written.sizes) == 3
    assert read(written.directory, [1 << 20]) == (written.frames, [])


@settings(deadline=None, max_examples=60)
@given(limits=limits)
def test_reading_in_any_pieces_gives_the_same(written: Written, limits: list[int]) -> None:
    assert read(written.directory, limits) == (written.frames, [])


@settings(deadline=None, max_examples=100)
@given(segment=segments, limits=limits, data=st.data())
def test_a_truncated_segment_costs_the_frames_behind_the_cut(
    written: Written, damaged: Path, segment: int, limits: list[int], data: st.DataObject
) -> None:
    copy(written, damaged)
    cut = data.draw(st.integers(0, written.sizes[segment] - 1))
    path = names.segment_path(damaged, STREAM, segment)
    path.write_bytes(path.read_bytes()[:cut])
    frames, losses = read(damaged, limits)
    lost = [
        frame.number
        for frame, place in zip(written.frames, written.places, strict=True)
        if place.segment == segment and place.offset + size_of(written, frame.number) > cut
    ]
    assert frames == [frame for frame in written.frames if frame.number not in lost]
    # Of the last segment nothing says how long it was: its end may be a torn tail.
    assert any(loss.is_acknowledged for loss in losses) == (segment < 2 and bool(lost))


@settings(deadline=None, max_examples=150)
@given(segment=segments, limits=limits, data=st.data())
def test_a_flipped_bit_costs_one_frame_and_none_is_altered(
    written: Written, damaged: Path, segment: int, limits: list[int], data: st.DataObject
) -> None:
    copy(written, damaged)
    bit = data.draw(st.integers(0, written.sizes[segment] * 8 - 1))
    path = names.segment_path(damaged, STREAM, segment)
    content = bytearray(path.read_bytes())
    content[bit // 8] ^= 1 << bit % 8
    path.write_bytes(content)
    hit = [
        frame.number
        for frame, place in zip(written.frames, written.places, strict=True)
        if place.segment == segment
        and place.offset <= bit // 8 < place.offset + size_of(written, frame.number)
    ]
    frames, losses = read(damaged, limits)
    assert frames == [frame for frame in written.frames if frame.number not in hit]
    if hit:
        assert losses
        is_last = segment == 2 and hit[0] == written.frames[-1].number
        assert any(loss.is_acknowledged for loss in losses) == (not is_last)


@settings(deadline=None, max_examples=100)
@given(segment=segments, limits=limits, garbage=st.binary(min_size=1, max_size=90), data=st.data())
def test_garbage_costs_the_frame_that_it_is_put_into(
    written: Written,
    damaged: Path,
    segment: int,
    limits: list[int],
    garbage: bytes,
    data: st.DataObject,
) -> None:
    copy(written, damaged)
    place = data.draw(st.integers(SEGMENT_HEADER_SIZE, written.sizes[segment]))
    path = names.segment_path(damaged, STREAM, segment)
    content = path.read_bytes()
    path.write_bytes(content[:place] + garbage + content[place:])
    torn = [
        frame.number
        for frame, start in zip(written.frames, written.places, strict=True)
        if start.segment == segment
        and start.offset < place < start.offset + size_of(written, frame.number)
    ]
    frames, losses = read(damaged, limits)
    assert [frame for frame in frames if frame.number not in torn] == [
        frame for frame in written.frames if frame.number not in torn
    ]
    assert all(frame in written.frames for frame in frames)
    assert losses
