"""Periods named in English, relative to Sunday 22 November 2026."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_sql.dates import Calendar, Period, find_comparison, find_grain, find_period
from ai_sql.text import tokenize
from semantic_layer.queries import Unit

CALENDAR = Calendar(date(2026, 11, 22), first_day=date(2010, 12, 1), last_day=date(2026, 11, 21))


def period_of(question: str) -> Period:
    found = find_period(tokenize(question), CALENDAR)
    assert found is not None, question
    return found.value


@pytest.mark.parametrize(
    ("question", "start", "end"),
    [
        ("orders in May 2015", "2015-05-01", "2015-06-01"),
        ("orders in may", "2026-05-01", "2026-06-01"),
        ("orders in December", "2025-12-01", "2026-01-01"),
        ("events on 2015-05-17", "2015-05-17", "2015-05-18"),
        ("events on the 18th of May 2015", "2015-05-18", "2015-05-19"),
        ("events on May 17, 2015", "2015-05-17", "2015-05-18"),
        ("between 17 and 20 May 2015", "2015-05-17", "2015-05-21"),
        ("from 17 to 20 May 2015", "2015-05-17", "2015-05-21"),
        ("17-20 May 2015", "2015-05-17", "2015-05-21"),
        ("May 17 to 20, 2015", "2015-05-17", "2015-05-21"),
        ("from May 17 to May 20, 2015", "2015-05-17", "2015-05-21"),
        ("from 2011-01-01 to 2011-01-31", "2011-01-01", "2011-02-01"),
        ("between Dec 2010 and March 2011", "2010-12-01", "2011-04-01"),
        ("from December to February", "2025-12-01", "2026-03-01"),
        ("sessions in Q1 2011", "2011-01-01", "2011-04-01"),
        ("the second quarter of 2011", "2011-04-01", "2011-07-01"),
        ("revenue in 2011", "2011-01-01", "2012-01-01"),
        ("week 20 of 2015", "2015-05-11", "2015-05-18"),
        ("2015-W20", "2015-05-11", "2015-05-18"),
        ("since March", "2026-03-01", "2026-11-23"),
        ("before 2012", "2010-12-01", "2012-01-01"),
        ("today", "2026-11-22", "2026-11-23"),
        ("yesterday", "2026-11-21", "2026-11-22"),
        ("the day before yesterday", "2026-11-20", "2026-11-21"),
        ("last week", "2026-11-09", "2026-11-16"),
        ("this week", "2026-11-16", "2026-11-23"),
        ("last month", "2026-10-01", "2026-11-01"),
        ("last year", "2025-01-01", "2026-01-01"),
        ("2 weeks ago", "2026-11-02", "2026-11-09"),
        ("on monday", "2026-11-16", "2026-11-17"),
        ("last sunday", "2026-11-15", "2026-11-16"),
        ("last weekend", "2026-11-14", "2026-11-16"),
        ("month to date", "2026-11-01", "2026-11-23"),
        ("ytd", "2026-01-01", "2026-11-23"),
        ("of all time", "2010-12-01", "2026-11-22"),
    ],
)
def test_a_named_period_is_half_open_local_days(question: str, start: str, end: str) -> None:
    period = period_of(question)
    assert (period.start.isoformat(), period.end.isoformat(), period.last) == (start, end, None)


@pytest.mark.parametrize(
    ("question", "last", "start"),
    [
        ("for the past 7 days", (7, Unit.DAY), "2026-11-16"),
        ("in the last 30 days", (30, Unit.DAY), "2026-10-24"),
        ("the last three months", (3, Unit.MONTH), "2026-09-01"),
        ("last couple of weeks", (2, Unit.WEEK), "2026-11-09"),
        ("past week", (7, Unit.DAY), "2026-11-16"),
        ("past year", (12, Unit.MONTH), "2025-12-01"),
        ("last 24 hours", (24, Unit.HOUR), "2026-11-21"),
    ],
)
def test_last_n_units_end_with_the_current_one_and_stay_relative(
    question: str, last: tuple[int, Unit], start: str
) -> None:
    period = period_of(question)
    assert (period.last, period.start.isoformat(), period.end.isoformat()) == (
        last,
        start,
        "2026-11-23",
    )


@pytest.mark.parametrize(
    "question",
    ["31 April 2015", "how many orders may we expect", "top 10 pages", "/blog/2015", '"May 2015"'],
)
def test_what_is_not_a_date_is_left_alone(question: str) -> None:
    assert find_period(tokenize(question), CALENDAR) is None


def test_day_and_month_that_could_be_swapped_are_stated() -> None:
    assert (
        period_of("on 12/05/2015").assumption == "12/05/2015 is read as day/month/year: 12 May 2015"
    )
    assert period_of("on 05/17/2015") == Period(date(2015, 5, 17), date(2015, 5, 18), Unit.DAY)


def test_a_week_starts_on_the_projects_first_day() -> None:
    sunday_first = Calendar(CALENDAR.today, week_start=7)
    found = find_period(tokenize("this week"), sunday_first)
    assert found is not None
    assert found.value.start == date(2026, 11, 22)


@pytest.mark.parametrize(
    ("question", "grain"),
    [
        ("sessions per week", Unit.WEEK),
        ("daily sessions", Unit.DAY),
        ("sessions by month", Unit.MONTH),
        ("day by day", Unit.DAY),
        ("over time", None),
    ],
)
def test_grain_is_read_from_adverbs_and_by_phrases(question: str, grain: Unit | None) -> None:
    found = find_grain(tokenize(question))
    assert found is not None
    assert found.value == grain


@pytest.mark.parametrize(
    "question",
    [
        "vs last week",
        "compared to the previous period",
        "week over week",
        "versus the week before",
        "has revenue grown",
    ],
)
def test_a_wish_to_compare_is_seen(question: str) -> None:
    assert find_comparison(tokenize(question)) is not None


@given(
    day=st.dates(date(2000, 1, 1), date(2099, 12, 31)),
    unit=st.sampled_from(list(Unit)[1:]),
    week_start=st.sampled_from([1, 7]),
)
def test_units_tile_the_calendar(day: date, unit: Unit, week_start: int) -> None:
    calendar = Calendar(day, week_start)
    current, before = calendar.relative(unit, 0), calendar.relative(unit, -1)
    assert current.start <= day < current.end
    assert before.end == current.start


@given(day=st.dates(date(1990, 1, 1), date(2099, 12, 31)))
def test_every_way_to_write_a_day_means_that_day(day: date) -> None:
    for text in (f"{day:%Y-%m-%d}", f"{day:%-d %B %Y}", f"{day:%B %-d, %Y}", f"{day:%-d %b %Y}"):
        period = period_of(f"events on {text}")
        assert (period.start, period.days) == (day, 1)
