"""From ClickHouse's JSON to ours: numbers as numbers, times as RFC 3339, nothing JSON lacks."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from semantic_layer.catalogue import value_type
from semantic_layer.clickhouse import Rows
from semantic_layer.results import Column

MAX_SAFE_INTEGER = 2**53 - 1
"""Beyond it a JavaScript number loses digits; such integers are sent as text."""

Convert = Callable[[Any], Any]

_ZONE = re.compile(r"'([^']+)'\)")


def plain_rows(rows: Rows, wall_clock: frozenset[str], zone: tzinfo) -> list[list[Any]]:
    """The rows with plain JSON values; `wall_clock` columns hold local times of `zone`."""
    converts = [
        _converter(kind, zone if name in wall_clock else None)
        for name, kind in zip(rows.names, rows.types, strict=True)
    ]
    return [
        [convert(value) for convert, value in zip(converts, row, strict=True)] for row in rows.rows
    ]


def describe(rows: Rows) -> list[Column]:
    """Columns of a result that no compiler described."""
    return [
        Column(name=name, type=value_type(kind), label=name)
        for name, kind in zip(rows.names, rows.types, strict=True)
    ]


def _converter(kind: str, wall_clock: tzinfo | None) -> Convert:
    match value_type(kind):
        case "integer":
            return _integer
        case "number":
            return _number
        case "datetime":
            return _moment(wall_clock or _zone_of(kind), wall_clock is not None)
    return lambda value: value


def _integer(value: Any) -> Any:
    return value if value is None or abs(int(value)) <= MAX_SAFE_INTEGER else str(value)


def _number(value: Any) -> float | int | None:
    """Decimals come as text so that none is rounded on the way here."""
    return float(value) if isinstance(value, str) else value


def _zone_of(kind: str) -> tzinfo:
    found = _ZONE.search(kind)
    return ZoneInfo(found.group(1)) if found else UTC


def _moment(zone: tzinfo, is_local: bool) -> Convert:
    def convert(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        moment = datetime.fromisoformat(value).replace(tzinfo=zone)
        if is_local:
            return moment.isoformat()
        return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    return convert


def moment_of(text: str) -> datetime:
    """A DateTime of ClickHouse that was written in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
