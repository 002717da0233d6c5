"""UTC offsets of every IANA time zone, as rows for `raw.time_zone_offsets`."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import resources
from io import BytesIO
from zoneinfo import ZoneInfo

import tzdata  # type: ignore[import-untyped]

VERSION: str = tzdata.IANA_VERSION
FIRST = datetime(2000, 1, 1, tzinfo=UTC)
END = datetime(2041, 1, 1, tzinfo=UTC)
# The shortest time between two changes since 2000 is 26 days (Morocco, around Ramadan).
STEP = timedelta(days=7)

Offset = tuple[datetime, int]


def names() -> list[str]:
    """Every zone of the tzdata package, links included."""
    return sorted((resources.files("tzdata") / "zones").read_text().split())


def offsets(name: str) -> tuple[Offset, ...]:
    """The offset in force at 2000-01-01 and every change until the end of 2040."""
    return _offsets((resources.files("tzdata.zoneinfo").joinpath(*name.split("/"))).read_bytes())


def rows() -> list[tuple[str, datetime, int, str]]:
    """(zone, valid_from, offset_seconds, tzdata_version) for all zones."""
    return [(name, start, seconds, VERSION) for name in names() for start, seconds in offsets(name)]


@cache  # 600 names share 340 files
def _offsets(content: bytes) -> tuple[Offset, ...]:
    zone = ZoneInfo.from_file(BytesIO(content))
    return ((FIRST, _offset(zone, FIRST)), *_changes(zone))


def _changes(zone: ZoneInfo) -> Iterator[Offset]:
    start, before = FIRST, _offset(zone, FIRST)
    while start < END:
        end = start + STEP
        if (after := _offset(zone, end)) != before:
            yield _first_second(zone, start, end, before), after
        start, before = end, after


def _first_second(zone: ZoneInfo, low: datetime, high: datetime, before: int) -> datetime:
    """The first second in (low, high] whose offset is no longer `before`."""
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low) // timedelta(seconds=1) // 2)
        low, high = (middle, high) if _offset(zone, middle) == before else (low, middle)
    return high


def _offset(zone: ZoneInfo, moment: datetime) -> int:
    offset = moment.astimezone(zone).utcoffset()
    return int(offset.total_seconds()) if offset is not None else 0
