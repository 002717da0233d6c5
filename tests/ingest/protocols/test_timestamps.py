"""The client's clock only measures how long before sending an event happened."""

from datetime import UTC, datetime
from typing import Any

import pytest

from ingest.protocols.timestamps import Clock, read
from tests.ingest.protocols.arrivals import RECEIVED_AT, batch, event, process


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("original", "sent_at", "timestamp", "rule"),
    [
        # received at 10:00:00.123
        (
            "2026-11-22T09:59:58.120Z",
            "2026-11-22T10:00:00.000Z",
            "2026-11-22T09:59:58.243",
            "clock_corrected",
        ),
        (
            "2026-11-22T10:59:58Z",
            "2026-11-22T11:00:00Z",
            "2026-11-22T09:59:58.123",
            "clock_corrected",
        ),
        ("2026-11-22T08:00:00Z", None, "2026-11-22T08:00:00", "client"),
        ("2026-11-22T10:00:00+02:00", None, "2026-11-22T08:00:00", "client"),
        (None, "2026-11-22T10:00:00Z", "2026-11-22T10:00:00.123", "received"),
        ("2026-11-23T10:00:00.123Z", None, "2026-11-23T10:00:00.123", "client"),
        ("2026-11-23T10:00:00.124Z", None, "2026-11-22T10:00:00.123", "future"),
        ("2200-01-01T00:00:00Z", None, "2026-11-22T10:00:00.123", "future"),
        ("9999-12-31T23:59:59Z", None, "2026-11-22T10:00:00.123", "future"),
        ("9999-12-31T23:59:59.999Z", "2026-11-22T10:00:00Z", "2026-11-22T10:00:00.123", "future"),
        ("0001-01-01T00:00:00Z", "2026-11-22T11:00:00Z", "2026-11-22T10:00:00.123", "before_2000"),
        ("1999-12-31T23:59:59.999Z", None, "2026-11-22T10:00:00.123", "before_2000"),
        ("2000-01-01T00:00:00Z", None, "2000-01-01T00:00:00", "client"),
        ("1970-01-01T00:00:00Z", None, "2026-11-22T10:00:00.123", "before_2000"),
        ("1850-01-01T00:00:00Z", None, "2026-11-22T10:00:00.123", "before_2000"),
        # A clock at 1970 measures durations as well as any other.
        (
            "1970-01-01T00:00:05Z",
            "1970-01-01T00:00:15Z",
            "2026-11-22T09:59:50.123",
            "clock_corrected",
        ),
        ("yesterday", None, "2026-11-22T10:00:00.123", "unreadable"),
        ("", None, "2026-11-22T10:00:00.123", "unreadable"),
    ],
)
def test_the_rule_that_fired_is_told(
    original: Any, sent_at: str | None, timestamp: str, rule: str
) -> None:
    sent = read(sent_at)[0] if sent_at else None
    resolved = Clock(RECEIVED_AT, sent).resolve(original)
    assert (resolved.timestamp, resolved.rule) == (at(timestamp), rule)


@pytest.mark.parametrize(
    ("value", "moment", "corrections"),
    [
        ("2026-11-22T10:00:00.123456Z", "2026-11-22T10:00:00.123", ()),
        ("2026-11-22T10:00:00.123999999Z", "2026-11-22T10:00:00.123", ()),
        ("2026-11-22 10:00:00", "2026-11-22T10:00:00", ("zone_assumed_utc",)),
        ("2026-11-22", "2026-11-22T00:00:00", ("zone_assumed_utc",)),
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59.999", ("leap_second",)),
        (1_795_341_600, "2026-11-22T10:00:00", ("epoch_seconds",)),
        (1_795_341_600.5, "2026-11-22T10:00:00.5", ("epoch_seconds",)),
        (1_795_341_600_123, "2026-11-22T10:00:00.123", ("epoch_milliseconds",)),
        (1_795_341_600_123_456, "2026-11-22T10:00:00.123", ("epoch_microseconds",)),
        ("1795341600123", "2026-11-22T10:00:00.123", ("epoch_milliseconds",)),
        (-1, "1969-12-31T23:59:59", ("epoch_seconds",)),
    ],
)
def test_variants_that_are_read(value: Any, moment: str, corrections: tuple[str, ...]) -> None:
    assert read(value) == (at(moment), corrections)


@pytest.mark.parametrize(
    "value",
    [
        *(None, True, {}, [], 1e300, 10**400, "0", "12", "2026-13-01"),
        *(
            -62_135_596_801,
            -99_999_999_999,
            -99_999_999_999_999,
            -99_999_999_999_999_999,
        ),  # before the year 1
    ],
)
def test_variants_that_are_not_read(value: Any) -> None:
    assert read(value)[0] is None


@pytest.mark.parametrize("fields", [{}, {"timestamp": "2026-11-22T10:00:00Z"}])
def test_a_time_before_the_year_1_costs_neither_its_event_nor_the_batch(
    fields: dict[str, str],
) -> None:
    odd = event(timestamp=-99_999_999_999)
    prepared = process(batch(event(**fields), odd, sent_at=-99_999_999_999))
    assert prepared.rejected == []
    first, second = prepared.rows
    assert (first.timestamp_rule, first.sent_at) == ("client" if fields else "received", None)
    assert (second.timestamp, second.timestamp_rule) == (RECEIVED_AT, "unreadable")


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("1850-06-01T00:00:00Z", "1900-01-01T00:00:00"),
        ("9999-12-31T23:59:59Z", "2299-12-31T23:59:59.999"),
    ],
)
def test_the_original_is_kept_within_what_the_column_holds(sent: str, stored: str) -> None:
    (row,) = process(batch(event(timestamp=sent))).rows
    assert row.original_timestamp == at(stored)
