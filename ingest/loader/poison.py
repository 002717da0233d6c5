"""A row that ClickHouse refuses, as a row of raw.events_rejected."""

from datetime import datetime

import msgspec

from ingest.loader.block import FrameRows
from ingest.loader.clickhouse import ClickHouseError
from ingest.rows import RejectedRow, encode_rejected

CODE = "unloadable"
MAX_REASON = 500


class _Origin(msgspec.Struct):
    project_id: str
    protocol: str
    received_at: datetime


_origin = msgspec.json.Decoder(_Origin)


def rejected_row(row: FrameRows, error: ClickHouseError) -> FrameRows:
    """Keeps the row's place, so that rejecting it again after a crash changes nothing."""
    origin = _origin.decode(row.text)
    rejected = RejectedRow(
        project_id=origin.project_id,
        received_at=origin.received_at,
        reason=str(error)[:MAX_REASON],
        code=CODE,
        field="",
        protocol=origin.protocol,
        payload=row.text.decode(errors="backslashreplace").rstrip("\n"),
        _stream=row.stream,
        _frame=row.frame,
        _row=row.first_row,
    )
    return row._replace(text=encode_rejected([rejected]))
