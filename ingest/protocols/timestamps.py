"""When an event happened, corrected for the client's clock.

`timestamp = received_at - (sent_at - original)`: the client's clock only measures how long before
sending the event happened. All results are UTC, cut to milliseconds.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
MAX_AHEAD = timedelta(hours=24)
# The range of DateTime64(3): what lies outside is stored as its nearest end.
STORABLE = (
    datetime(1900, 1, 1, tzinfo=UTC),
    datetime(2299, 12, 31, 23, 59, 59, 999000, tzinfo=UTC),
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NUMBER = re.compile(r"\d{9,17}(?:\.\d+)?")
_LEAP_SECOND = re.compile(r"(\d\d:\d\d):60(?:[.,]\d+)?")


class Parsed(NamedTuple):
    """A client's time, and the corrections that reading it took."""

    moment: datetime | None
    corrections: tuple[str, ...] = ()


class Resolved(NamedTuple):
    timestamp: datetime
    original: datetime | None
    rule: str
    corrections: tuple[str, ...]


def resolve(original: Any, sent_at: datetime | None, received_at: datetime) -> Resolved:
    """Decide on a timestamp; `rule` says how, see docs/reference/ingest-api.md."""
    if original is None:
        return Resolved(received_at, None, "received", ())
    moment, corrections = parse(original)
    if moment is None:
        return Resolved(received_at, None, "unreadable", corrections)
    timestamp, rule = _correct(moment, sent_at, received_at)
    return Resolved(timestamp, storable(moment), rule, corrections)


def parse(value: Any) -> Parsed:
    """Read RFC 3339 and its common variants, and seconds, milli- or microseconds since 1970."""
    if isinstance(value, str):
        return _parse_text(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _parse_number(value)
    return Parsed(None)


def _correct(
    moment: datetime, sent_at: datetime | None, received_at: datetime
) -> tuple[datetime, str]:
    rule = "client"
    if sent_at is not None:
        try:
            moment = received_at - (sent_at - moment)
        except OverflowError:  # years 1 and 9999
            return received_at, "future" if moment > received_at else "before_2000"
        rule = "clock_corrected"
    if moment - received_at > MAX_AHEAD:
        return received_at, "future"
    if moment < EARLIEST:
        return received_at, "before_2000"
    return moment, rule


def _parse_text(text: str) -> Parsed:
    try:
        return _in_utc(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        pass
    if _NUMBER.fullmatch(text):
        return _parse_number(float(text))
    if _LEAP_SECOND.search(text):
        moment, corrections = _parse_text(_LEAP_SECOND.sub(r"\1:59.999", text))
        return Parsed(moment, (*corrections, "leap_second"))
    return Parsed(None)


def _in_utc(moment: datetime, *corrections: str) -> Parsed:
    if moment.tzinfo is None:
        return Parsed(_to_milliseconds(moment.replace(tzinfo=UTC)), ("zone_assumed_utc",))
    if moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    return Parsed(_to_milliseconds(moment), corrections)


def _parse_number(value: float) -> Parsed:
    for unit, limit, scale in (
        ("seconds", 1e11, 1.0),  # until the year 5138
        ("milliseconds", 1e14, 1e3),
        ("microseconds", 1e17, 1e6),
    ):
        if abs(value) < limit:
            try:
                moment = _EPOCH + timedelta(milliseconds=round(value / scale * 1000))
            except OverflowError:  # before the year 1
                return Parsed(None)
            return Parsed(moment, (f"epoch_{unit}",))
    return Parsed(None)


def _to_milliseconds(moment: datetime) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def storable(moment: datetime) -> datetime:
    return min(max(moment, STORABLE[0]), STORABLE[1])
