"""Each row of the log is in the table exactly once, however the loader got there."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingest.loader.block import Block
from ingest.loader.clickhouse import ClickHouseError
from ingest.loader.table import Table
from ingest.log import checkpoint, names
from ingest.log.frame import Kind
from ingest.rows import encode
from tests.ingest.loader.conftest import Bench, ids


class Killed(BaseException):
    """Stands for the end of the process: nothing after it runs."""


def test_frames_become_rows_with_growing_load_ids(bench: Bench) -> None:
    stream = bench.stream()
    events = ids(30)
    for start in range(0, 30, 10):
        stream.write(*events[start : start + 10])
    bench.load(rows=10, size=3_500)  # a frame has 3.1 KB
    assert bench.event_ids() == events
    rows = bench.rows("_frame, _row, load_id", order="_frame, _row")
    assert [(frame, row) for frame, row, _ in rows] == [divmod(n, 10) for n in range(30)]
    load_ids = [load_id for _, _, load_id in rows]
    assert load_ids == sorted(load_ids)
    assert len(set(load_ids)) == 3


def test_every_load_has_a_watermark(bench: Bench) -> None:
    stream = bench.stream()
    (event_id,) = ids(1)
    stream.write(event_id, event_id)
    bench.load()
    (load_id,) = bench.rows("load_id")[0]
    sql = """SELECT row_count, duplicate_count, project_ids, first_received_at, in_doubt
             FROM raw.load_watermarks FINAL WHERE load_id = {id:UInt64}"""
    (row,) = bench.warehouse.query(sql, {"id": load_id}).result_rows
    assert row == (1, 1, [bench.project_id], datetime(2026, 11, 22, 10), False)


def test_the_times_of_a_load_are_those_of_all_its_streams(bench: Bench) -> None:
    for minutes in ((10, 50), (5, 30), (20, 40)):
        stream = bench.stream()
        for minute in minutes:
            stream.write(ids(1)[0], received_at=datetime(2026, 11, 22, 10, minute, tzinfo=UTC))
    bench.load()
    (load_id,) = {load_id for (load_id,) in bench.rows("load_id")}
    sql = """SELECT first_received_at, last_received_at
             FROM raw.load_watermarks FINAL WHERE load_id = {id:UInt64}"""
    assert bench.warehouse.query(sql, {"id": load_id}).result_rows == [
        (datetime(2026, 11, 22, 10, 5), datetime(2026, 11, 22, 10, 50))
    ]


def test_loaded_segments_of_ended_streams_are_deleted(bench: Bench) -> None:
    stream = bench.stream(segment_bytes=300)
    for event_id in ids(5):
        stream.write(event_id)
    assert len(names.segments(bench.log)[stream.stream]) == 5
    bench.load()
    assert list(bench.log.iterdir()) == []
    assert checkpoint.load(bench.checkpoint).positions == {}


def test_a_retried_event_is_dropped_in_the_block_and_against_the_table(bench: Bench) -> None:
    first, second = ids(2)
    stream = bench.stream()
    stream.write(first, first, second)
    bench.load()
    again = bench.stream()
    again.write(second, first)
    bench.load()
    assert bench.event_ids() == [first, second]


def test_the_same_id_in_another_project_is_another_event(bench: Bench) -> None:
    (shared,) = ids(1)
    stream = bench.stream()
    stream.write(shared)
    stream.project_id = other = "other-" + bench.project_id
    stream.write(shared)
    bench.load()
    assert bench.event_ids() == [shared]
    bench.project_id = other
    assert bench.event_ids() == [shared]


def test_rejected_frames_go_to_their_table(bench: Bench) -> None:
    bench.stream().write_rejected(3)
    bench.load()
    rows = bench.rows("code, _row", table="raw.events_rejected")
    assert rows == [("code", 0), ("code", 1), ("code", 2)]


@pytest.mark.parametrize("moment", ["before", "after"])
def test_death_around_the_checkpoint_neither_loses_nor_doubles(
    bench: Bench, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = bench.stream()
    events = ids(20)
    stream.write(*events[:10])
    stream.write_rejected(2)
    stream.write(*events[10:])
    with monkeypatch.context() as patch:
        save = checkpoint.save

        def die(path: Path, content: checkpoint.Checkpoint) -> None:
            if moment == "after":
                save(path, content)
            raise Killed

        patch.setattr(checkpoint, "save", die)
        with pytest.raises(Killed):
            bench.load(rows=10)
    bench.load()
    assert bench.event_ids() == events
    assert len(bench.rows("_row", table="raw.events_rejected")) == 2


def test_a_lost_checkpoint_costs_nothing(bench: Bench) -> None:
    stream = bench.stream()
    events = ids(40)
    for start in range(0, 40, 10):
        stream.write(*events[start : start + 10])
    kept = {path: path.read_bytes() for path in bench.log.iterdir()}
    bench.load(rows=10)
    for path, content in kept.items():
        path.write_bytes(content)
    bench.checkpoint.unlink()
    bench.load(rows=10)
    assert bench.event_ids() == events


def test_a_stale_or_broken_checkpoint_costs_nothing(bench: Bench) -> None:
    stream = bench.stream()
    first, second = ids(2)
    stream.write(first)
    bench.load()
    stale = bench.checkpoint.read_bytes()
    bench.stream().write(second)
    bench.load()
    for content in (stale, b"", b"\x00" * 50, b'{"positions": 3}'):
        bench.checkpoint.write_bytes(content)
        bench.load()
    assert bench.event_ids() == [first, second]


def test_an_insert_that_failed_after_its_commit_is_not_repeated(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = bench.stream()
    events = ids(10)
    stream.write(*events)
    insert = Table.insert
    failures = iter([True])

    def fail_late(self: Table, block: Block, load_id: int) -> None:
        insert(self, block, load_id)
        if next(failures, False):
            raise ClickHouseError(0, "the connection broke")

    monkeypatch.setattr(Table, "insert", fail_late)
    bench.load()
    assert bench.event_ids() == events
    (load_id,) = {load_id for (load_id,) in bench.rows("load_id")}
    sql = "SELECT in_doubt, row_count FROM raw.load_watermarks FINAL WHERE load_id = {id:UInt64}"
    assert bench.warehouse.query(sql, {"id": load_id}).result_rows == [(True, 10)]


def test_rows_that_only_half_arrived_are_completed_under_a_new_load_id(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A block over a month's end is two parts, and one of them may be lost."""
    stream = bench.stream()
    events = ids(10)
    stream.write(*events)
    insert = Table.insert
    failures = iter([True])

    def insert_half(self: Table, block: Block, load_id: int) -> None:
        if next(failures, False):
            rows = [row for part in block.parts for row in part.each()]
            insert(self, Block(rows[:4]), load_id)
            raise ClickHouseError(241, "Memory limit exceeded")
        insert(self, block, load_id)

    monkeypatch.setattr(Table, "insert", insert_half)
    bench.load()
    assert bench.event_ids() == events
    loads = sorted(load_id for (load_id,) in bench.rows("load_id"))
    assert loads[3] < loads[4]
    assert len(set(loads)) == 2


def test_poison_rows_are_set_aside_and_their_neighbours_loaded(bench: Bench) -> None:
    stream = bench.stream()
    good = ids(9)
    stream.write(*good[:4])
    poison = stream.row("not-a-uuid-but-thirty-six-characters", 1, 0)
    stream.append(Kind.EVENTS, encode([poison]), 1)
    stream.write(*good[4:])
    bench.load()
    assert bench.event_ids() == good
    (row,) = bench.rows("code, payload, _frame, _row, reason", table="raw.events_rejected")
    assert (row[0], row[2], row[3]) == ("unloadable", 1, 0)
    assert json.loads(row[1])["event_id"] == "not-a-uuid-but-thirty-six-characters"
    assert "UUID" in row[4]


def test_a_stopped_clickhouse_is_waited_for(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.stream().write(*ids(3))
    loader = bench.loader(url="http://admin@127.0.0.1:9")  # discard: nothing listens
    attempts: list[float] = []

    def wait(pause: float) -> bool:
        attempts.append(pause)
        return len(attempts) > 6

    monkeypatch.setattr(loader._stop, "wait", wait)
    monkeypatch.setattr(loader, "_gather", lambda: loader._extend(loader._start()))
    loader.run()
    assert attempts == [0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0]
    bench.load()
    assert len(bench.event_ids()) == 3


def test_a_schema_behind_the_log_is_waited_for_not_blamed_on_rows() -> None:
    error = ClickHouseError(117, "Code: 117. DB::Exception: Unknown field found while parsing")
    assert not error.blames_data
    assert ClickHouseError(376, "Cannot parse uuid").blames_data


def test_a_bit_flip_costs_one_frame_and_is_counted(bench: Bench) -> None:
    stream = bench.stream()
    events = [ids(1)[0] for _ in range(3)]
    for event_id in events:
        stream.write(event_id)
    path = names.segment_path(bench.log, stream.stream, 0)
    data = bytearray(path.read_bytes())
    data[data.index(events[1].encode())] ^= 1
    path.write_bytes(data)
    loader = bench.loader()
    loader.drain()
    assert bench.event_ids() == sorted([events[0], events[2]])
    losses = loader._metrics._losses.labels("true")._value.get()
    assert losses == 1


def test_times_are_stored_to_the_millisecond(bench: Bench) -> None:
    moment = datetime(2026, 11, 22, 10, 0, 0, 123000, tzinfo=UTC)
    stream = bench.stream()
    stream.write(ids(1)[0], received_at=moment, original_timestamp=moment, sent_at=None)
    bench.load()
    assert bench.rows("toString(received_at), toString(original_timestamp), toString(sent_at)") == [
        ("2026-11-22 10:00:00.123", "2026-11-22 10:00:00.123", "1970-01-01 00:00:00.000")
    ]


def test_a_load_id_is_not_given_again_when_the_checkpoint_is_lost(bench: Bench) -> None:
    bench.stream().write(ids(1)[0])
    bench.load()
    bench.checkpoint.unlink()
    bench.stream().write(ids(1)[0])
    bench.load()
    load_ids = [load_id for (load_id,) in bench.rows("load_id")]
    assert len(set(load_ids)) == 2
