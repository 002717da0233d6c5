"""A loader in this process, over a log that the test writes and the real ClickHouse."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from clickhouse_connect.driver.client import Client

from ingest.loader.clickhouse import ClickHouse
from ingest.loader.loader import BlockLimits, Loader
from ingest.loader.metrics import LoaderMetrics
from ingest.log import names
from ingest.log.files import OsFiles
from ingest.log.frame import Frame, Kind, encode_frame
from ingest.log.segment_writer import SegmentWriter
from ingest.rows import (
    EventRow,
    RejectedRow,
    RequestRow,
    Row,
    encode,
    encode_members,
    encode_rejected,
)
from warehouse.client import connect

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


class StreamUnderTest:
    """Writes frames of a stream; its writer counts as ended, since nobody holds its lock."""

    def __init__(self, directory: Path, project_id: str, segment_bytes: int = 1 << 20) -> None:
        self.stream = names.new_stream()
        self.project_id = project_id
        self._number = 0
        self._writer = SegmentWriter(
            OsFiles(), directory, self.stream, segment_bytes=segment_bytes, reserve_bytes=0
        )

    def write(self, *ids: str, **fields: Any) -> int:
        """A frame of events; returns its number."""
        number = self._number
        rows = [self.row(event_id, number, row, **fields) for row, event_id in enumerate(ids)]
        return self.append(Kind.EVENTS, encode(rows), len(rows))

    def write_rejected(self, count: int) -> int:
        number = self._number
        rows = [
            RejectedRow(
                self.project_id, NOW, "why", "code", "field", "native", "{}",
                self.stream, number, row,
            )
            for row in range(count)
        ]  # fmt: skip
        return self.append(Kind.REJECTED, encode_rejected(rows), count)

    def append(self, kind: Kind, payload: bytes, rows: int) -> int:
        number, self._number = self._number, self._number + 1
        self._writer.append([encode_frame(Frame(kind, number, rows, 0, payload))])
        return number

    def row(self, event_id: str, number: int, row: int, **fields: Any) -> Row:
        received_at, sent_at = fields.pop("received_at", NOW), fields.pop("sent_at", None)
        request = RequestRow(received_at, "native", self.stream, number, sent_at)
        event = EventRow(
            project_id=self.project_id,
            event_id=event_id,
            type="track",
            event_name="e",
            timestamp=NOW,
            timestamp_rule="client",
            _row=row,
            user_id="u1",
            **fields,
        )
        return Row(event, line_end=encode_members(request) + b"}\n")


@dataclass
class Bench:
    directory: Path
    url: str
    warehouse: Client
    project_id: str

    @property
    def log(self) -> Path:
        return self.directory / "log"

    @property
    def checkpoint(self) -> Path:
        return self.directory / "checkpoint.json"

    def stream(self, **options: Any) -> StreamUnderTest:
        return StreamUnderTest(self.log, self.project_id, **options)

    def loader(self, rows: int = 1_000, size: int = 1 << 20, url: str | None = None) -> Loader:
        return Loader(
            ClickHouse(url or self.url, timeout=20),
            self.log,
            self.checkpoint,
            BlockLimits(rows, size, 0.05),
            LoaderMetrics(),
        )

    def load(self, **options: Any) -> None:
        """One life of a loader, until the log is empty."""
        self.loader(**options).drain()

    def rows(self, columns: str, table: str = "raw.events", order: str = "ALL") -> list[Any]:
        sql = f"SELECT {columns} FROM {table} WHERE project_id = {{p:String}} ORDER BY {order}"
        return list(self.warehouse.query(sql, {"p": self.project_id}).result_rows)

    def event_ids(self) -> list[str]:
        return sorted(str(event_id) for (event_id,) in self.rows("event_id"))


def ids(count: int) -> list[str]:
    return sorted(str(uuid.uuid4()) for _ in range(count))


@pytest.fixture
def bench(tmp_path: Path, warehouse_url: str) -> Iterator[Bench]:
    client = connect(warehouse_url)
    (tmp_path / "log").mkdir()
    yield Bench(tmp_path, warehouse_url, client, str(uuid.uuid4()))
    client.close()
