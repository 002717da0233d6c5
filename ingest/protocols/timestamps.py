"""When an event happened, corrected for the client's clock.

`timestamp = received_at - (sent_at - original)`: the client's clock only measures how long before
sending the event happened. All results are UTC, cut to milliseconds.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
MAX_AHEAD = timedelta(hours=24)
MAX_LENGTH = 100  # of a text that says a time
# The range of DateTime64(3): what lies outside is stored as its nearest end.
FIRST_STORABLE = datetime(1900, 1, 1, tzinfo=UTC)
LAST_STORABLE = datetime(2299, 12, 31, 23, 59, 59, 999000, tzinfo=UTC)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NUMBER = re.compile(r"\d{9,20}(?:\.\d+)?", re.ASCII)
_LEAP_SECOND = re.compile(r"(\d\d:\d\d):60(?:[.,]\d+)?", re.ASCII)


Reading = tuple[datetime | None, tuple[str, ...]]
"""A client's time, None if it cannot be read, and the corrections that reading it took."""


class Resolved(msgspec.Struct, frozen=True, gc=False):
    timestamp: datetime
    original: datetime | None
    rule: str
    corrections: tuple[str, ...]


class Clock:
    """The client's clock against ours, for the events that were sent at one moment."""

    __slots__ = ("_latest", "_offset", "_received_at", "corrections", "sent_at")

    def __init__(
        self, received_at: datetime, sent_at: datetime | None, corrections: tuple[str, ...] = ()
    ) -> None:
        """`corrections` are those that reading the time of sending took."""
        self._received_at = received_at
        self._latest = received_at + MAX_AHEAD
        self._offset = None if sent_at is None else received_at - sent_at
        self.sent_at = None if sent_at is None else storable(sent_at)
        self.corrections = corrections

    def resolve(self, original: Any) -> Resolved:
        """Decide on a timestamp; `rule` says how, see docs/reference/ingest-api.md."""
        if original is None:
            return Resolved(self._received_at, None, "received", ())
        moment, corrections = _read_text(original) if type(original) is str else read(original)
        if moment is None:
            return Resolved(self._received_at, None, "unreadable", corrections)
        timestamp, rule = moment, "client"
        if self._offset is not None:
            rule = "clock_corrected"
            try:
                timestamp = moment + self._offset
            except OverflowError:  # years 1 and 9999
                timestamp = moment
        if not EARLIEST <= timestamp <= self._latest:
            rule = "future" if timestamp > self._latest else "before_2000"
            timestamp = self._received_at
        return Resolved(timestamp, storable(moment), rule, corrections)


def read(given: Any) -> Reading:
    """Read RFC 3339 and its common variants, and seconds to nanoseconds since 1970."""
    if isinstance(given, str):
        return _read_text(given)
    if isinstance(given, int | float) and not isinstance(given, bool):
        return _read_number(given)
    return None, ()


def _read_text(text: str) -> Reading:
    # Before anything else: to Python, 1711111111111 is a minute of the year 1711.
    if "-" not in text and text[:9].isdigit():
        return _read_number(float(text)) if _NUMBER.fullmatch(text) else (None, ())
    try:
        return _in_utc(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        pass
    if len(text) > MAX_LENGTH:
        return None, ()
    if text.endswith("z"):  # RFC 3339 has it in lower case too
        return _read_text(f"{text[:-1]}Z")
    if _LEAP_SECOND.search(text):
        read_before, corrections = _read_text(_LEAP_SECOND.sub(r"\1:59.999", text))
        if read_before is not None:
            return read_before, (*corrections, "leap_second")
    return None, ()


def _in_utc(moment: datetime) -> Reading:
    """Cut to milliseconds."""
    corrections: tuple[str, ...] = ()
    if moment.tzinfo is not UTC:
        if moment.tzinfo is None:
            moment, corrections = moment.replace(tzinfo=UTC), ("zone_assumed_utc",)
        else:
            moment = moment.astimezone(UTC)
    if excess := moment.microsecond % 1000:
        moment = moment.replace(microsecond=moment.microsecond - excess)
    return moment, corrections


def _read_number(value: float) -> Reading:
    for unit, limit, scale in (
        ("seconds", 1e11, 1.0),  # until the year 5138
        ("milliseconds", 1e14, 1e3),
        ("microseconds", 1e17, 1e6),
        ("nanoseconds", 1e20, 1e9),
    ):
        if abs(value) < limit:
            try:
                moment = _EPOCH + timedelta(milliseconds=round(value / scale * 1000))
            except OverflowError:  # before the year 1
                return None, ()
            return moment, (f"epoch_{unit}",)
    return None, ()


def storable(moment: datetime) -> datetime:
    if FIRST_STORABLE.year <= moment.year <= LAST_STORABLE.year:
        return moment
    return FIRST_STORABLE if moment < FIRST_STORABLE else LAST_STORABLE
