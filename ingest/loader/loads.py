"""Rows of raw.load_watermarks: one for each insert into raw.events."""

from datetime import UTC, datetime

import msgspec

from ingest.loader.block import Block
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


class _Origin(msgspec.Struct):
    project_id: str
    received_at: datetime


_origins = msgspec.json.Decoder(_Origin)
_encoder = msgspec.json.Encoder()


def record(clickhouse: ClickHouse, block: Block, load_id: int, duplicates: int) -> None:
    # The rows of a frame came with one request.
    origins = [_origins.decode(part.text[: part.text.index(b"\n")]) for part in block.parts]
    load = Load(
        load_id=load_id,
        loaded_at=datetime.now(UTC),
        row_count=block.rows,
        duplicate_count=duplicates,
        project_ids=sorted({origin.project_id for origin in origins}),
        first_received_at=min(origin.received_at for origin in origins),
        last_received_at=max(origin.received_at for origin in origins),
    )
    clickhouse.insert(TABLE, [_encoder.encode(load) + b"\n"], INSERT_SETTINGS)


def record_in_doubt(clickhouse: ClickHouse, load_ids: set[int]) -> None:
    """Loads found in the table after an insert that seemed to fail: views may have missed them."""
    listed = ",".join(map(str, sorted(load_ids)))
    clickhouse.execute(
        f"INSERT INTO {TABLE} SELECT load_id, now64(3), count(), 0, "  # noqa: S608 - numbers of ours
        "groupUniqArray(toString(project_id)), min(received_at), max(received_at), true "
        f"FROM raw.events WHERE load_id IN ({listed}) GROUP BY load_id"
    )
