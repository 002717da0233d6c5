"""Segments and the checkpoint are damaged: what is lost is reported, all else is loaded once."""

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.log import checkpoint, names
from ingest.log.frame import FRAME_HEADER_SIZE, FRAME_MAGIC
from ingest.log.stream_reader import Position
from tests.faults.retrying import (
    RetryingClient,
    batch_of,
    settle,
    stored_ids,
    uuids,
    wait_until_loaded,
)
from tests.faults.scale import only_in_full
from tests.ingest.services import Ingest
from tests.waiting import eventually

BATCH = 10
BATCHES = 60  # some 3 KB each: ten segments
SEGMENT_BYTES = 20_000

pytestmark = pytest.mark.timeout(300)


class Recorded:
    """A stopped API's log of several segments, not loaded yet."""

    def __init__(self, ingest: Ingest) -> None:
        self.ingest = ingest
        self.ids: list[bytes] = []
        (self.stream,) = names.segments(ingest.log_directory)
        self.segments = names.segments(ingest.log_directory)[self.stream]

    def path(self, segment: int) -> Path:
        return names.segment_path(self.ingest.log_directory, self.stream, segment)

    def ids_in(self, segment: int) -> set[bytes]:
        return ids_in(self.path(segment).read_bytes())

    def load(self) -> set[bytes]:
        """What is stored once the loader has read all of the log."""
        self.ingest.loader.start()
        wait_until_loaded(self.ingest)
        stored = stored_ids(self.ingest)
        assert len(stored) == len(set(stored))
        return set(stored)

    def losses(self) -> dict[str, int]:
        """Damaged places by whether their events were acknowledged, as the loader's metrics say."""
        losses = r'loader_log_losses_total\{acknowledged="(\w+)"\} (\d+)'
        found = re.findall(losses, metrics(self.ingest))
        return {acknowledged: int(count) for acknowledged, count in found}


def ids_in(data: bytes | bytearray) -> set[bytes]:
    return set(re.findall(rb'"event_id":"([0-9a-f-]{36})"', data))


@pytest.fixture
def recorded(stopped: Ingest) -> Recorded:
    stopped.api.start(SEGMENT_BYTES=str(SEGMENT_BYTES))
    ids = uuids(BATCH * BATCHES, 0, 0)
    for start in range(0, len(ids), BATCH):
        body = batch_of(ids[start : start + BATCH])
        assert stopped.post("/v1/events", content=body).status_code == 200
    stopped.api.kill()
    recorded = Recorded(stopped)
    recorded.ids = ids
    assert len(recorded.segments) >= 6
    return recorded


@only_in_full
def test_a_torn_tail_is_no_loss(recorded: Recorded, count: Callable[..., None]) -> None:
    """A frame that was being written when the process died had no 200."""
    last = recorded.path(recorded.segments[-1])
    whole = last.read_bytes()
    torn = whole[whole.rindex(FRAME_MAGIC) :][: FRAME_HEADER_SIZE + 100]
    last.write_bytes(whole + torn)
    assert recorded.load() == set(recorded.ids)
    assert recorded.losses() == {"false": 1}
    assert "torn tail" in recorded.ingest.loader.journal.read_text()
    count(settle(recorded.ingest, recorded.ids))


@only_in_full
def test_a_flipped_bit_costs_its_frame_and_is_reported(recorded: Recorded) -> None:
    path = recorded.path(recorded.segments[2])
    data = bytearray(path.read_bytes())
    start = data.index(FRAME_MAGIC, data.index(FRAME_MAGIC) + 1)
    end = data.index(FRAME_MAGIC, start + 1)
    lost = ids_in(data[start:end])
    data[start + FRAME_HEADER_SIZE + 50] ^= 0x10
    path.write_bytes(data)
    assert len(lost) == BATCH
    assert recorded.load() == set(recorded.ids) - lost
    assert recorded.losses() == {"true": 1}
    assert "fails its checksum" in recorded.ingest.loader.journal.read_text()


def test_a_truncated_and_a_deleted_segment_cost_themselves_and_are_reported(
    recorded: Recorded,
) -> None:
    truncated, deleted = recorded.path(recorded.segments[1]), recorded.segments[4]
    data = truncated.read_bytes()
    third = [found.start() for found in re.finditer(re.escape(FRAME_MAGIC), data)][2]
    lost = ids_in(data[third:]) | recorded.ids_in(deleted)
    truncated.write_bytes(data[: third + 30])
    recorded.path(deleted).unlink()
    assert recorded.load() == set(recorded.ids) - lost
    assert recorded.losses() == {"true": 2}
    journal = recorded.ingest.loader.journal.read_text()
    assert "the end of the segment is missing or damaged" in journal
    assert "the segment is missing" in journal


@only_in_full
def test_a_segment_damaged_while_the_loader_runs_does_not_stop_it(
    ingest: Ingest, count: Callable[..., None]
) -> None:
    client = RetryingClient(ingest.url, ingest.write_key, 0)
    ids = uuids(100, 0, 0)
    assert client.send(batch_of(ids[:50])) == 200
    wait_until_loaded(ingest)
    (stream,) = names.segments(ingest.log_directory)
    with names.segment_path(ingest.log_directory, stream, 0).open("ab") as segment:
        segment.write(b"\x00garbage" * 20)
    assert client.send(batch_of(ids[50:])) == 200
    eventually(lambda: len(stored_ids(ingest)) == 100)
    count(settle(ingest, ids))
    assert 'loader_log_losses_total{acknowledged="true"} 1' in metrics(ingest)


def metrics(ingest: Ingest) -> str:
    return ingest.http.get(ingest.loader.probe.replace("/ready", "/metrics")).text


@only_in_full
@pytest.mark.parametrize(
    "content",
    [None, b"", b"\x00" * 50, b'{"positions": 3}', "stale"],
    ids=["lost", "empty", "zeros", "of another type", "stale"],
)
def test_a_lost_broken_or_stale_checkpoint_costs_nothing(
    recorded: Recorded, content: bytes | str | None, count: Callable[..., None]
) -> None:
    """The segments are still there, as after a crash between the checkpoint and their deletion."""
    ingest = recorded.ingest
    kept = {path: path.read_bytes() for path in ingest.log_directory.iterdir()}
    path = ingest.data_dir / "ingest" / "checkpoint.json"
    recorded.load()
    ingest.loader.end()
    for name, data in kept.items():
        name.write_bytes(data)
    path.unlink()
    if content == "stale":
        first = recorded.segments[1]
        checkpoint.save(
            path, checkpoint.Checkpoint(positions={recorded.stream: Position(first, 0)})
        )
    elif isinstance(content, bytes):
        path.write_bytes(content)
    ingest.loader.start()
    time.sleep(1)
    account = settle(ingest, recorded.ids)
    count(account)
    assert account.is_exact, account
    assert account.stored == len(recorded.ids)
