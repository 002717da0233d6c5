"""Rows of raw.load_watermarks: one for each insert into raw.events."""

from datetime import UTC, datetime

import msgspec

from ingest.loader.block import Line, project_ids
from ingest.loader.clickhouse import ClickHouse
from ingest.loader.table import INSERT_SETTINGS

TABLE = "raw.load_watermarks"


class Load(msgspec.Struct):
    load_id: int
    loaded_at: datetime
    row_count: int
    duplicate_count: int
    project_ids: list[str]
    first_received_at: datetime
    last_received_at: datetime


class _Received(msgspec.Struct):
    received_at: datetime


_received = msgspec.json.Decoder(_Received)
_encoder = msgspec.json.Encoder()


def received_at(line: Line) -> datetime:
    return _received.decode(line.text).received_at


def record(clickhouse: ClickHouse, lines: list[Line], load_id: int, duplicates: int) -> None:
    """`lines` are in the order of arrival within each stream, so their ends bound the times."""
    ends = [received_at(line) for line in (lines[0], lines[-1])]
    load = Load(
        load_id=load_id,
        loaded_at=datetime.now(UTC),
        row_count=len(lines),
        duplicate_count=duplicates,
        project_ids=project_ids(lines),
        first_received_at=min(ends),
        last_received_at=max(ends),
    )
    clickhouse.insert(TABLE, _encoder.encode(load) + b"\n", INSERT_SETTINGS)


def record_in_doubt(clickhouse: ClickHouse, load_ids: set[int]) -> None:
    """Loads found in the table after an insert that seemed to fail: views may have missed them."""
    listed = ",".join(map(str, sorted(load_ids)))
    clickhouse.execute(
        f"INSERT INTO {TABLE} SELECT load_id, now64(3), count(), 0, "  # noqa: S608 - numbers of ours
        "groupUniqArray(toString(project_id)), min(received_at), max(received_at), true "
        f"FROM raw.events WHERE load_id IN ({listed}) GROUP BY load_id"
    )
