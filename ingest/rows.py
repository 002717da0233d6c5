"""Rows as the log stores them and the loader sends them: JSONEachRow, column names as keys."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec

EMPTY = msgspec.Raw(b"{}")


class EventRow(msgspec.Struct, omit_defaults=True, gc=False):
    """The columns of raw.events that differ from event to event.

    project_id and event_id come first: the loader finds them there. Objects are written as nested
    JSON, which ClickHouse stores as text in its String columns.
    """

    project_id: str
    event_id: str
    type: str
    event_name: str
    timestamp: datetime
    timestamp_rule: str
    _row: int = -1  # never omitted
    user_id: str = ""
    anonymous_id: str = ""
    session_id: str = ""
    group_id: str = ""
    previous_id: str = ""
    original_timestamp: datetime | None = None
    corrections: tuple[str, ...] = ()
    properties: dict[str, Any] | msgspec.Raw = EMPTY
    traits: dict[str, Any] | msgspec.Raw = EMPTY
    violations: tuple[str, ...] = ()


class RequestRow(msgspec.Struct, omit_defaults=True, gc=False):
    """The columns of raw.events that the events of a request share, if they were sent at once."""

    received_at: datetime
    protocol: str
    _stream: int
    _frame: int
    sent_at: datetime | None = None


class PageRow(msgspec.Struct, omit_defaults=True, gc=False):
    """The columns of raw.events about a page or screen and how the visitor came to it."""

    url: str = ""
    path: str = ""
    title: str = ""
    referrer: str = ""
    referrer_domain: str = ""
    channel: str = ""
    utm_source: str = ""
    utm_medium: str = ""
    utm_campaign: str = ""
    utm_term: str = ""
    utm_content: str = ""


class DeviceRow(msgspec.Struct, omit_defaults=True, gc=False):
    """The columns of raw.events about what sent the event, and from where."""

    browser: str = ""
    browser_version: str = ""
    os: str = ""
    os_version: str = ""
    device_type: str = ""
    country: str = ""
    region: str = ""
    city: str = ""
    locale: str = ""
    platform: str = ""
    app_version: str = ""
    library: str = ""
    library_version: str = ""
    screen_width: int = 0
    screen_height: int = 0
    user_agent: str = ""
    is_bot: bool = False
    bot_score: int = 0
    ip: str = ""


class ContextColumns(msgspec.Struct, frozen=True, gc=False):
    """A context's columns as they end a line of JSON; many events share them."""

    line_end: bytes = b"}\n"
    path: str = ""
    country: str = ""


class Row(msgspec.Struct, frozen=True, gc=False):
    """A row of raw.events. `line_end` has the columns of its request and of its context."""

    event: EventRow
    context: ContextColumns = ContextColumns()
    line_end: bytes = b"}\n"


class RejectedRow(msgspec.Struct, gc=False):
    """A row of raw.events_rejected."""

    project_id: str
    received_at: datetime
    reason: str
    code: str
    field: str
    protocol: str
    payload: str
    _stream: int
    _frame: int
    _row: int
    envelope: str = ""


_encoder = msgspec.json.Encoder(decimal_format="number")


def encode_members(row: RequestRow | PageRow | DeviceRow) -> bytes:
    """Columns as members that continue a JSON object; empty if all have their defaults."""
    members = _encoder.encode(row)[1:-1]
    return b"," + members if members else b""


def encode(rows: Iterable[Row]) -> bytes:
    """One line a row, each ended by a newline."""
    lines = bytearray()
    encode_into(rows, lines)
    return bytes(lines)


def encode_into(rows: Iterable[Row], lines: bytearray) -> None:
    """Append one line a row, each ended by a newline."""
    for row in rows:
        _encoder.encode_into(row.event, lines, -1)
        lines[-1:] = row.line_end


def encode_rejected(rows: Iterable[RejectedRow]) -> bytes:
    """One line a row, each ended by a newline."""
    return _encoder.encode_lines(rows)
