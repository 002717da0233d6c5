"""What the ingest loader has put into `raw.events`."""

from dataclasses import dataclass
from datetime import datetime

from clickhouse_connect.driver.client import Client

# load_id is in the primary key, so the index skips rows up to the cursor.
NEW_LOADS_SQL = """
SELECT max(load_id), count(), max(received_at), groupUniqArray(100)(toString(project_id))
FROM raw.events
WHERE load_id > {cursor:UInt64}
"""

# The longest wait of an event in the newest block, from its reception to its being in the table.
LAST_BLOCK_SQL = """
SELECT load_id, row_count, dateDiff('millisecond', first_received_at, loaded_at) / 1000, in_doubt
FROM raw.load_watermarks FINAL
ORDER BY load_id DESC
LIMIT 1
"""


@dataclass(frozen=True)
class NewLoads:
    """Rows with a `load_id` above a cursor. Without any, `load_id` is 0."""

    load_id: int
    row_count: int
    last_received_at: datetime
    project_ids: tuple[str, ...]


@dataclass(frozen=True)
class LastBlock:
    load_id: int
    row_count: int
    lag_seconds: float
    in_doubt: bool


def new_loads(client: Client, cursor: int) -> NewLoads:
    result = client.query(NEW_LOADS_SQL, parameters={"cursor": cursor})
    load_id, rows, received_at, projects = result.result_rows[0]
    return NewLoads(int(load_id), int(rows), received_at, tuple(sorted(projects)))


def last_block(client: Client) -> LastBlock | None:
    rows = client.query(LAST_BLOCK_SQL).result_rows
    if not rows:
        return None
    load_id, row_count, lag_seconds, in_doubt = rows[0]
    return LastBlock(int(load_id), int(row_count), float(lag_seconds), bool(in_doubt))
