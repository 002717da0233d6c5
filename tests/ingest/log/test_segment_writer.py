"""What was acknowledged is read back, whatever the disk does in between."""

import errno
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.log import names
from ingest.log.frame import Frame, Kind, encode_frame
from ingest.log.segment_writer import SegmentWriter
from ingest.log.stream_reader import Loss, Position, StreamReader
from tests.ingest.log.simulated_files import SimulatedFiles

STREAM = 7
LOG = Path("/log")


def frame(number: int, size: int = 10) -> Frame:
    return Frame(Kind.EVENTS, number, 1, 0, (b"x" * size) + b"\n")


def writer(files: SimulatedFiles, segment_bytes: int = 300) -> SegmentWriter:
    return SegmentWriter(files, LOG, STREAM, segment_bytes=segment_bytes, reserve_bytes=0)


def read_all(directory: Path, limit: int = 200) -> tuple[list[Frame], list[Loss]]:
    """As the loader does for a stream whose writer is gone."""
    position: Position | None = None
    frames: list[Frame] = []
    losses: list[Loss] = []
    for _ in range(1000):
        segments = names.segments(directory).get(STREAM, [])
        reading = StreamReader(directory, STREAM).read(
            position, segments, has_ended=True, limit=limit
        )
        frames += reading.frames
        losses += reading.losses
        if reading.is_finished:
            return frames, losses
        position = reading.position
    raise AssertionError("the reader does not come to an end")


@settings(max_examples=300, deadline=None)
@given(
    batches=st.lists(st.lists(st.integers(0, 80), min_size=1, max_size=4), max_size=25),
    failure_rate=st.sampled_from([0.0, 0.1, 0.4]),
    seed=st.integers(0, 2**32),
)
def test_acknowledged_frames_survive_faults_and_a_power_failure(
    tmp_path_factory: pytest.TempPathFactory,
    batches: list[list[int]],
    failure_rate: float,
    seed: int,
) -> None:
    chance = random.Random(seed)

    def faults(_: str) -> OSError | None:
        return OSError(errno.EIO, "failed") if chance.random() < failure_rate else None

    files = SimulatedFiles(faults)
    log = writer(files)
    acknowledged: list[Frame] = []
    number = 0
    for sizes in batches:
        batch = [frame(number + index, size) for index, size in enumerate(sizes)]
        number += len(batch)
        try:
            log.append([encode_frame(each) for each in batch])
        except OSError:
            continue
        acknowledged += batch
    directory = tmp_path_factory.mktemp("log")
    files.lose_power(chance, directory)

    frames, losses = read_all(directory)
    numbers = [each.number for each in frames]
    assert numbers == sorted(set(numbers))
    assert {each.number for each in acknowledged} <= set(numbers)
    for loss in losses:  # of the last segment nothing says how much of it was durable
        durable = files.durable[names.segment_path(LOG, STREAM, loss.segment)]
        assert loss.start >= durable
        assert not (loss.is_acknowledged and is_followed(files, loss.segment))


def is_followed(files: SimulatedFiles, segment: int) -> bool:
    following = (path for path in files.content if path > names.segment_path(LOG, STREAM, segment))
    return any(map(files.is_certain, following))


def test_a_descriptor_is_never_synced_again_after_an_error() -> None:
    failing = False
    error = OSError(errno.EIO, "failed")
    files = SimulatedFiles(lambda operation: error if failing and operation == "sync" else None)
    log = writer(files, segment_bytes=10_000)
    log.append([encode_frame(frame(0))])
    failing = True
    with pytest.raises(OSError, match="failed"):
        log.append([encode_frame(frame(1))])
    failing = False
    log.append([encode_frame(frame(2))])  # SimulatedFiles.sync asserts the rest
    assert len(files.content) == 2


def test_segments_are_rotated_and_their_names_made_durable() -> None:
    files = SimulatedFiles()
    log = writer(files, segment_bytes=100)
    for number in range(3):
        log.append([encode_frame(frame(number, size=60))])
    assert [names.parse(path) for path in files.content] == [(STREAM, 0), (STREAM, 1), (STREAM, 2)]
    assert files.named == set(files.content)


def test_the_disk_reserve_is_not_touched() -> None:
    files = SimulatedFiles()
    log = SegmentWriter(files, LOG, STREAM, segment_bytes=1000, reserve_bytes=500)
    files.free = 520
    with pytest.raises(OSError, match="reserve") as refused:
        log.append([encode_frame(frame(0))])
    assert refused.value.errno == errno.ENOSPC
    assert files.content == {}
    files.free = 5_000
    log.append([encode_frame(frame(1))])


def written(directory: Path, count: int = 9) -> list[Frame]:
    """Frames in three segments of a real directory."""
    files = SimulatedFiles()
    log = writer(files, segment_bytes=150)
    frames = [frame(number) for number in range(count)]
    for each in frames:
        log.append([encode_frame(each)])
    files.lose_power(random.Random(0), directory)
    return frames


def test_a_truncated_segment_is_reported_and_the_next_one_read(tmp_path: Path) -> None:
    frames = written(tmp_path)
    first = names.segment_path(tmp_path, STREAM, 0)
    first.write_bytes(first.read_bytes()[:-10])
    found, losses = read_all(tmp_path)
    assert [each.number for each in found] == [each.number for each in frames if each.number != 2]
    (loss,) = losses
    assert (loss.segment, loss.is_acknowledged) == (0, True)


def test_a_deleted_segment_is_reported_and_the_next_one_read(tmp_path: Path) -> None:
    written(tmp_path)
    names.segment_path(tmp_path, STREAM, 1).unlink()
    position = Position(1, 0)  # the checkpoint stood at its start
    reading = StreamReader(tmp_path, STREAM).read(
        position, names.segments(tmp_path)[STREAM], has_ended=True, limit=1000
    )
    assert reading.position == Position(2, 0)
    assert [loss.is_acknowledged for loss in reading.losses] == [True]


def test_deleted_segments_are_reported_when_reading_comes_from_before_them(tmp_path: Path) -> None:
    written(tmp_path, count=15)
    for segment in (1, 2):
        names.segment_path(tmp_path, STREAM, segment).unlink()
    found, losses = read_all(tmp_path)
    assert [each.number for each in found] == [0, 1, 2, 9, 10, 11, 12, 13, 14]
    assert [(loss.segment, loss.reason, loss.is_acknowledged) for loss in losses] == [
        (1, "the segment is missing", True),
        (2, "the segment is missing", True),
    ]


def test_a_bit_flipped_in_the_last_frame_of_a_segment_is_reported(tmp_path: Path) -> None:
    frames = written(tmp_path)
    first = names.segment_path(tmp_path, STREAM, 0)
    data = bytearray(first.read_bytes())
    data[-5] ^= 1
    first.write_bytes(data)
    found, losses = read_all(tmp_path)
    assert len(found) == len(frames) - 1
    assert [loss.is_acknowledged for loss in losses] == [True]


def test_a_tail_still_being_written_is_waited_for(tmp_path: Path) -> None:
    encoded = encode_frame(frame(0))
    path = names.segment_path(tmp_path, STREAM, 0)
    written(tmp_path, count=1)
    whole = path.read_bytes() + encoded
    path.write_bytes(whole[:-3])
    reader = StreamReader(tmp_path, STREAM)
    reading = reader.read(None, [0], has_ended=False, limit=1000)
    assert len(reading.frames) == 1
    assert reading.position.offset == len(whole) - len(encoded)
    path.write_bytes(whole)
    again = reader.read(reading.position, [0], has_ended=False, limit=1000)
    assert len(again.frames) == 1
    assert again.losses == []


def test_a_frame_larger_than_the_read_limit_is_read(tmp_path: Path) -> None:
    files = SimulatedFiles()
    writer(files).append([encode_frame(frame(0, size=5_000))])
    files.lose_power(random.Random(0), tmp_path)
    found, _ = read_all(tmp_path, limit=100)
    assert [each.number for each in found] == [0]
