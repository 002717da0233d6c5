"""The tables that the loader fills, and what it has to ask them."""

from typing import NamedTuple

from ingest.loader.block import Block, EventKey, Place
from ingest.loader.clickhouse import ClickHouse

INSERT_SETTINGS: dict[str, str | int] = {
    # The answer comes after the rows are on disk, in one part a month.
    "async_insert": 0,
    "max_insert_threads": 1,
    "input_format_parallel_parsing": 0,
    "max_insert_block_size": 2_000_000,
    "min_insert_block_size_rows": 2_000_000,
    "min_insert_block_size_bytes": 1 << 30,
    # A block's token may be on disk while its part is lost, so ClickHouse's own deduplication
    # would drop rows that are not there. The loader asks the table instead.
    "insert_deduplicate": 0,
    "date_time_input_format": "best_effort",
    "input_format_json_read_objects_as_strings": 1,
    "input_format_null_as_default": 1,
    "input_format_defaults_for_omitted_fields": 1,
}


class Found(NamedTuple):
    """Rows of a block that the table has already, and the loads they came with."""

    places: set[Place]
    load_ids: set[int]


class Table:
    """`raw.events` or `raw.events_rejected`."""

    def __init__(self, clickhouse: ClickHouse, name: str) -> None:
        self._clickhouse = clickhouse
        self.name = name
        self._suspected: dict[int, int] = {}  # last frame in the table by stream, as of a doubt

    def last_load_id(self) -> int:
        return int(self._clickhouse.rows(f"SELECT max(load_id) FROM {self.name}")[0][0])  # noqa: S608

    def insert(self, block: Block, load_id: int) -> None:
        self._clickhouse.insert(self.name, list(block.render(load_id)), INSERT_SETTINGS)

    def suspect(self) -> None:
        """After an error or a restart: find how far the table may be ahead of the checkpoint."""
        rows = self._clickhouse.rows(
            f"SELECT _stream, max(_frame) FROM {self.name} GROUP BY _stream"  # noqa: S608
        )
        self._suspected = {int(stream): int(frame) for stream, frame in rows}

    def find(self, block: Block) -> Found:
        """Which of the rows are there. Asks only about frames in doubt."""
        found = Found(set(), set())
        for stream, numbers in self._in_doubt(block).items():
            rows = self._clickhouse.rows(
                f"SELECT _frame, _row, load_id FROM {self.name} WHERE _stream = {{stream:UInt64}} "  # noqa: S608
                "AND _frame BETWEEN {first:UInt64} AND {last:UInt64}",
                {"stream": stream, "first": min(numbers), "last": max(numbers)},
            )
            for frame, row, load_id in rows:
                found.places.add(Place(stream, int(frame), int(row)))
                found.load_ids.add(int(load_id))
        return found

    def known(self, block: Block) -> set[EventKey]:
        """Events with an id of the block's that the table has, by the projection on the id."""
        ids = b"\n".join(block.event_ids()) + b"\n"
        rows = self._clickhouse.rows(
            f"SELECT project_id, event_id FROM {self.name} "  # noqa: S608
            "WHERE toUInt128(event_id) IN (SELECT toUInt128(id) FROM ids) "
            "SETTINGS max_threads = 1",  # 0.4 µs an id; two threads take 0.8, and twice as long
            table=("ids", "id UUID", ids),
        )
        return {EventKey(project.encode(), event.encode()) for project, event in rows}

    def _in_doubt(self, block: Block) -> dict[int, set[int]]:
        """Frame numbers by stream, up to the last that the table was seen to have."""
        numbers: dict[int, set[int]] = {}
        if self._suspected:
            for part in block.parts:
                if part.frame <= self._suspected.get(part.stream, -1):
                    numbers.setdefault(part.stream, set()).add(part.frame)
        return numbers
