"""The words and the chart that go with a result."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from ai_sql.countries import country_name, spoken_names
from ai_sql.dates import Period
from ai_sql.narration import chart, format_number, narrate, spoken_bucket
from semantic_layer.catalogue import Catalogue
from semantic_layer.queries import MetricsQuery, Unit, parse_query
from semantic_layer.results import Column, QueryResult

WEEK = Period(date(2026, 11, 16), date(2026, 11, 23), Unit.DAY)


def asked(**parts: Any) -> MetricsQuery:
    time = {"from": "2026-11-16", "to": "2026-11-23"} | parts.pop("time", {})
    query = parse_query({"kind": "metrics", "metrics": ["sessions"], "time": time} | parts)
    assert isinstance(query, MetricsQuery)
    return query


def result(names: list[str], *rows: list[Any]) -> QueryResult:
    return QueryResult(
        columns=[Column(name=name, type="number", label=name) for name in names],
        rows=list(rows),
        sql="",
        query_id="",
        computed_at=datetime(2026, 11, 22, tzinfo=UTC),
        data_as_of=None,
        row_count=len(rows),
    )


def told(query: MetricsQuery, found: QueryResult, catalogue: Catalogue, *, is_open: bool) -> str:
    return narrate(query, found, WEEK, catalogue, "EUR", is_open=is_open)


def test_a_day_that_is_not_over_is_not_the_lowest(catalogue: Catalogue) -> None:
    days = result(
        ["metric_time", "sessions"], ["2026-11-20", 171], ["2026-11-21", 129], ["2026-11-22", 4]
    )
    query = asked(time={"grain": "day"})

    assert told(query, days, catalogue, is_open=True) == (
        "Sessions was highest on 20 November 2026 with 171 and lowest on 21 November 2026 with 129;"
        " the mean per day is 150. The current day has 4 so far."
    )
    assert "lowest on 22 November 2026 with 4" in told(query, days, catalogue, is_open=False)
    assert chart(query, days, is_open=True).last_is_partial


def test_a_series_that_never_changes_has_no_highest(catalogue: Catalogue) -> None:
    days = result(["metric_time", "sessions"], ["2026-11-20", 5], ["2026-11-21", 5])
    words = told(asked(time={"grain": "day"}), days, catalogue, is_open=False)
    assert words == "Sessions was 5 in every day."


def test_groups_over_time_name_the_group_and_the_time(catalogue: Catalogue) -> None:
    found = result(
        ["metric_time", "country", "sessions"],
        ["2026-11-20", "DE", 5],
        ["2026-11-20", "FR", 7],
        ["2026-11-21", None, 2],
    )
    words = told(
        asked(time={"grain": "day"}, group_by=["country"]), found, catalogue, is_open=False
    )
    assert words == (
        "Sessions is highest for France on 20 November 2026 with 7, then for Germany on"
        " 20 November 2026 with 5 and for (not set) on 21 November 2026 with 2."
    )


def test_the_fewest_are_called_the_lowest(catalogue: Catalogue) -> None:
    query = asked(group_by=["country"], order_by=[{"field": "sessions", "descending": False}])
    found = result(["country", "sessions"], ["FR", 1], ["DE", 1200])
    words = told(query, found, catalogue, is_open=False)
    assert words == "Sessions is lowest for France with 1, then for Germany with 1,200."


def test_ranked_days_are_bars(catalogue: Catalogue) -> None:
    query = asked(
        time={"grain": "day"}, order_by=[{"field": "sessions", "descending": True}], limit=1
    )
    found = result(["metric_time", "sessions"], ["2026-11-20", 171])
    assert told(query, found, catalogue, is_open=False) == (
        "Sessions is highest on 20 November 2026 with 171."
    )
    assert (chart(query, found, is_open=True).type, chart(query, found, is_open=True).x) == (
        "bar",
        "metric_time",
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [(0.25, "up 25.0 % on the 4"), (-0.5, "down 50.0 % on the 4"), (0.0, "unchanged from the 4")],
)
def test_a_comparison_says_how_much(catalogue: Catalogue, change: float, words: str) -> None:
    found = result(["sessions", "sessions_previous", "sessions_change"], [5, 4, change])
    words_told = told(asked(compare="previous_period"), found, catalogue, is_open=False)
    assert words_told == (
        f"16 November 2026 to 22 November 2026: 5 sessions, {words} of the period before."
    )


def test_nothing_is_said_to_be_nothing(catalogue: Catalogue) -> None:
    words = told(asked(), result(["sessions"]), catalogue, is_open=False)
    assert words.startswith("There is no data on sessions for 16 November 2026")


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("sessions", 1234567, "1,234,567"),
        ("sessions", 2.5, "2.50"),
        ("bounce_rate", 0.1234, "12.3 %"),
        ("session_length", 200.4, "3 min 20 s"),
        ("session_length", 42, "42 s"),
        ("revenue", "10.5", "10.50 EUR"),
        ("revenue", None, "no value"),
    ],
)
def test_numbers_carry_their_unit(catalogue: Catalogue, name: str, value: Any, shown: str) -> None:
    assert format_number(value, catalogue.metrics[name], "EUR") == shown


@pytest.mark.parametrize(
    ("start", "grain", "shown"),
    [
        ("2026-11-20T09:00:00+01:00", Unit.HOUR, "at 09:00 on 20 November 2026"),
        ("2026-11-16", Unit.WEEK, "in the week of 16 November 2026"),
        ("2026-11-01", Unit.MONTH, "in November 2026"),
        ("2026-10-01", Unit.QUARTER, "in the quarter from October 2026"),
        ("2026-01-01", Unit.YEAR, "in 2026"),
    ],
)
def test_buckets_are_named_by_their_start(start: str, grain: Unit, shown: str) -> None:
    assert spoken_bucket(start, grain) == shown


def test_countries_have_the_names_that_people_use() -> None:
    assert spoken_names("IE") == ("IE", "Ireland", "Eire")
    assert "UK" in spoken_names("GB")
    assert country_name("ZZZ") == "ZZZ"
