"""A row that ClickHouse refuses, as a row of raw.events_rejected."""

import msgspec

from ingest.loader.block import Line
from ingest.loader.clickhouse import ClickHouseError
from ingest.loader.loads import received_at
from ingest.rows import RejectedRow, encode

CODE = "unloadable"
MAX_REASON = 500


class _Origin(msgspec.Struct):
    project_id: str
    protocol: str


_origin = msgspec.json.Decoder(_Origin)


def rejected_line(line: Line, error: ClickHouseError) -> Line:
    """Keeps the row's place, so that rejecting it again after a crash changes nothing."""
    origin = _origin.decode(line.text)
    row = RejectedRow(
        project_id=origin.project_id,
        received_at=received_at(line),
        reason=str(error)[:MAX_REASON],
        code=CODE,
        field="",
        protocol=origin.protocol,
        payload=line.text.decode(errors="backslashreplace"),
        _stream=line.place.stream,
        _frame=line.place.frame,
        _row=line.place.row,
    )
    return Line(line.place, encode([row]).rstrip(b"\n"))
