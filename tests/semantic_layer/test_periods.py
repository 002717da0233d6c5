"""Ranges, the period before and buckets, through both clock changes."""

from datetime import UTC, datetime
from typing import Any

import pytest

from semantic_layer.errors import InvalidQuery
from semantic_layer.periods import Period, buckets, previous, resolve, shift, start_of
from semantic_layer.project import ProjectContext
from semantic_layer.queries import TimeRange, Unit

NOW = datetime(2026, 3, 30, 10, 30, tzinfo=UTC)
BERLIN = ProjectContext("p", "Europe/Berlin", now=NOW)


def at(text: str, project: ProjectContext = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=project.zone)


def ranged(**time: Any) -> TimeRange:
    return TimeRange.model_validate(time)


def last(n: int, unit: str) -> TimeRange:
    return ranged(last={"n": n, "unit": unit})


@pytest.mark.parametrize(
    ("time", "start", "end"),
    [
        (last(1, "hour"), "2026-03-30T12:00", "2026-03-30T13:00"),
        (last(24, "hour"), "2026-03-29T13:00", "2026-03-30T13:00"),
        (last(1, "day"), "2026-03-30", "2026-03-31"),
        (last(7, "day"), "2026-03-24", "2026-03-31"),
        (last(1, "week"), "2026-03-30", "2026-04-06"),
        (last(2, "week"), "2026-03-23", "2026-04-06"),
        (last(3, "month"), "2026-01-01", "2026-04-01"),
        (last(1, "quarter"), "2026-01-01", "2026-04-01"),
        (last(2, "year"), "2025-01-01", "2027-01-01"),
        (ranged(**{"from": "2026-01-01", "to": "2026-02-01"}), "2026-01-01", "2026-02-01"),
        (
            ranged(**{"from": "2026-01-01T06:00", "to": "2026-01-01T09:30"}),
            "2026-01-01T06:00",
            "2026-01-01T09:30",
        ),
        (
            ranged(**{"from": "2026-01-01T00:00Z", "to": "2026-01-02T00:00Z"}),
            "2026-01-01T01:00",
            "2026-01-02T01:00",
        ),
    ],
)
def test_resolves(time: TimeRange, start: str, end: str) -> None:
    period = resolve(time, BERLIN)

    assert (period.start, period.end) == (at(start), at(end))


def test_today_is_that_of_the_project() -> None:
    late = datetime(2026, 3, 30, 23, 30, tzinfo=UTC)
    tokyo = resolve(last(1, "day"), ProjectContext("p", "Asia/Tokyo", now=late))
    denver = resolve(last(1, "day"), ProjectContext("p", "America/Denver", now=late))

    assert (tokyo.first_day.isoformat(), denver.first_day.isoformat()) == (
        "2026-03-31",
        "2026-03-30",
    )


@pytest.mark.parametrize(("week_start", "monday"), [(1, "2026-03-30"), (7, "2026-03-29")])
def test_a_week_starts_on_the_projects_day(week_start: int, monday: str) -> None:
    project = ProjectContext("p", "Europe/Berlin", week_start, now=NOW)

    assert resolve(last(1, "week"), project).first_day.isoformat() == monday


@pytest.mark.parametrize(
    ("time", "start", "end"),
    [
        (last(7, "day"), "2026-03-17", "2026-03-24"),
        (last(1, "month"), "2026-02-01", "2026-03-01"),
        (last(2, "quarter"), "2025-04-01", "2025-10-01"),
        (ranged(**{"from": "2026-03-01", "to": "2026-04-01"}), "2026-02-01", "2026-03-01"),
        (ranged(**{"from": "2026-01-01", "to": "2026-04-01"}), "2025-10-01", "2026-01-01"),
        (ranged(**{"from": "2026-03-10", "to": "2026-03-13"}), "2026-03-07", "2026-03-10"),
        (
            ranged(**{"from": "2026-03-30T06:00", "to": "2026-03-30T09:00"}),
            "2026-03-30T03:00",
            "2026-03-30T06:00",
        ),
    ],
)
def test_the_period_before(time: TimeRange, start: str, end: str) -> None:
    before = previous(resolve(time, BERLIN), time)

    assert (before.start, before.end) == (at(start), at(end))


def test_the_hours_of_a_day_with_a_clock_change() -> None:
    def hours(day: str, next_day: str) -> list[str]:
        starts = buckets(Period(at(day), at(next_day)), Unit.HOUR, 1)
        return [f"{start:%H%z}" for start in starts]

    assert hours("2026-03-29", "2026-03-30")[:4] == ["00+0100", "01+0100", "03+0200", "04+0200"]
    assert len(hours("2026-03-29", "2026-03-30")) == 23
    assert hours("2026-10-25", "2026-10-26")[1:5] == ["01+0200", "02+0200", "03+0100", "04+0100"]


def test_the_first_bucket_may_begin_before_the_period() -> None:
    starts = buckets(Period(at("2026-03-28"), at("2026-03-31")), Unit.WEEK, 1)

    assert [start.date().isoformat() for start in starts] == ["2026-03-23", "2026-03-30"]


def test_a_month_keeps_its_day_or_ends_earlier() -> None:
    assert shift(at("2026-01-31"), Unit.MONTH, 1) == at("2026-02-28")
    assert shift(at("2028-01-31"), Unit.MONTH, 1) == at("2028-02-29")
    assert shift(at("2026-03-31"), Unit.QUARTER, -1) == at("2025-12-31")


def test_clocks_that_change_by_half_an_hour_leave_out_no_hour_and_repeat_none() -> None:
    def hours(day: str, next_day: str) -> list[str]:
        project = ProjectContext("p", "Australia/Lord_Howe", now=NOW)
        period = resolve(ranged(**{"from": day, "to": next_day}), project)
        return [f"{start:%H%z}" for start in buckets(period, Unit.HOUR, 1)]

    # At 02:00 of 4 October 2026 it is 02:30, at 02:00 of 4 April 2027 it is 01:30 again.
    assert hours("2026-10-04", "2026-10-05")[1:4] == ["01+1030", "02+1030", "03+1100"]
    assert hours("2027-04-04", "2027-04-05")[1:4] == ["01+1100", "02+1030", "03+1030"]
    for first, end in [("2026-10-04", "2026-10-06"), ("2027-04-04", "2027-04-06")]:
        assert [each[:2] for each in hours(first, end)] == [f"{h:02}" for h in range(24)] * 2
    assert len(hours("2026-04-01", "2026-10-31")) == 213 * 24


def test_hours_of_zones_that_are_not_whole_hours_off() -> None:
    kathmandu = ProjectContext("p", "Asia/Kathmandu", now=NOW)  # 16:15 there

    assert f"{start_of(kathmandu.local_now(), Unit.HOUR, 1):%H:%M%z}" == "16:00+0545"


def test_an_open_period_ends_after_now() -> None:
    assert resolve(last(7, "day"), BERLIN).is_open
    assert resolve(ranged(**{"from": "2026-03-01", "to": "2026-04-01"}), BERLIN).is_open
    assert not resolve(ranged(**{"from": "2026-02-01", "to": "2026-03-01"}), BERLIN).is_open


@pytest.mark.parametrize(
    ("start", "end"),
    [("2026-03-02", "2026-03-01"), ("2026-03-01", "2026-03-01"), ("1960-01-01", "2026-01-01")],
)
def test_refuses_a_range_without_meaning(start: str, end: str) -> None:
    with pytest.raises(InvalidQuery, match="time range"):
        resolve(ranged(**{"from": start, "to": end}), BERLIN)


def test_refuses_more_buckets_than_a_result_has_rows() -> None:
    years = Period(at("2020-01-01"), at("2026-01-01"))

    with pytest.raises(InvalidQuery, match="more than 10000 hours"):
        buckets(years, Unit.HOUR, 1)


def test_a_project_needs_a_real_zone() -> None:
    with pytest.raises(InvalidQuery, match="'Mars/Base' is not a time zone"):
        ProjectContext("p", "Mars/Base")


@pytest.mark.parametrize(
    "time",
    [
        ranged(**{"from": "0001-01-01T00:00:00+14:00", "to": "2026-01-01"}),
        ranged(**{"from": "0001-01-01", "to": "2026-01-01"}),
        ranged(**{"from": "2026-01-01", "to": "9999-12-31T12:00:00"}),
    ],
)
def test_the_ends_of_the_calendar_are_out_of_range(time: TimeRange) -> None:
    for zone in ("Pacific/Auckland", "America/Los_Angeles"):
        with pytest.raises(InvalidQuery, match="the time range must lie in 1970-01-02 to"):
            resolve(time, ProjectContext("p", zone, now=NOW))
