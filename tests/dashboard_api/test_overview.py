"""The arithmetic of the overview, apart from any engine."""

from datetime import UTC, date, datetime

import pytest

from dashboard_api.overview import change, compute_latest, daily, recorded_days
from dashboard_api.periods import Period, last_days, today_in
from semantic_layer.queries import MetricsQuery
from semantic_layer.results import Column, ColumnType, QueryResult


def column(name: str, kind: ColumnType) -> Column:
    return Column(name=name, type=kind, label=name)


def result(columns: list[Column], rows: list[list[object]]) -> QueryResult:
    return QueryResult(
        columns=columns,
        rows=rows,
        sql="",
        query_id="",
        computed_at=datetime(2026, 1, 1, tzinfo=UTC),
        data_as_of=None,
        row_count=len(rows),
    )


def test_a_period_has_the_equally_long_one_before() -> None:
    period = Period(date(2026, 3, 1), date(2026, 3, 31))

    assert period.days == 30
    assert period.previous == Period(date(2026, 1, 30), date(2026, 3, 1))
    assert period.dates[0] == date(2026, 3, 1)
    assert period.dates[-1] == date(2026, 3, 30)


def test_today_is_the_projects_own() -> None:
    late = datetime(2026, 3, 30, 23, 30, tzinfo=UTC)

    assert today_in("UTC", late) == date(2026, 3, 30)
    assert today_in("Pacific/Auckland", late) == date(2026, 3, 31)
    assert last_days(7, date(2026, 3, 30)) == Period(date(2026, 3, 24), date(2026, 3, 31))


def test_days_without_rows_count_as_none() -> None:
    trend = result(
        [column("metric_time", "date"), column("events", "integer")],
        [["2026-03-03", 5], ["2026-03-01", 2]],
    )

    assert daily(trend, "events", Period(date(2026, 3, 1), date(2026, 3, 5))) == [2, 0, 5, 0]


@pytest.mark.parametrize(
    ("value", "previous", "expected"),
    [(12, 10, 0.2), (5, 10, -0.5), (5, 0, None), (5, None, None), (None, 5, None), (0, 5, -1)],
)
def test_change(value: int | None, previous: int | None, expected: float | None) -> None:
    assert change(value, previous) == (None if expected is None else pytest.approx(expected))


class Recorded:
    """Answers as a warehouse would that has 3 events a day on a few days of 2015."""

    days: tuple[str, ...] = ("2015-05-17", "2015-05-18", "2015-05-20")

    def __init__(self) -> None:
        self.asked: list[MetricsQuery] = []

    async def __call__(self, query: MetricsQuery) -> QueryResult:
        self.asked.append(query)
        held = [d for d in self.days if str(query.time.from_) <= d < str(query.time.to)]
        if query.group_by:
            rows: list[list[object]] = [["page_view", 3 * len(held)]] if held else []
            return result([column("event_name", "string"), column("events", "integer")], rows)
        if query.time.grain:
            rows = [[day, 3] for day in held]
            return result([column("metric_time", "date"), column("events", "integer")], rows)
        return result([column("events", "integer")], [[3 * len(held)]])


async def test_old_data_is_shown_when_the_last_30_days_are_empty() -> None:
    found = await compute_latest(Recorded(), ["events"], date(2026, 11, 22))

    assert found.period == Period(date(2015, 5, 17), date(2015, 5, 21))
    assert found.tiles["events"].trend == [3, 3, 0, 3]
    assert found.tiles["events"].value == 9


async def test_a_project_without_events_shows_the_last_30_days() -> None:
    empty = Recorded()
    empty.days = ()

    found = await compute_latest(empty, ["events"], date(2026, 11, 22))

    assert found.period == Period(date(2026, 10, 24), date(2026, 11, 23))
    assert found.recorded is None


async def test_recent_data_needs_no_search_for_older() -> None:
    recent = Recorded()
    recent.days = ("2026-11-22",)

    await compute_latest(recent, ["events"], date(2026, 11, 22))

    assert min(str(query.time.from_) for query in recent.asked) == "2026-09-24"


async def test_the_recorded_days_are_found_over_any_number_of_years() -> None:
    """By months first: days since 2000 would be more buckets than a query may have."""
    recorded = ["2010-12-01", "2011-12-09", "2031-05-19"]

    async def run(query: MetricsQuery) -> QueryResult:
        time = query.time.model_dump(mode="json", by_alias=True)
        found = {
            day[:7] + "-01" if time["grain"] == "month" else day
            for day in recorded
            if time["from"] <= day < time["to"]
        }
        columns = [column("metric_time", "date"), column("events", "integer")]
        buckets = buckets_of(query)
        assert buckets <= 10_000
        return result(columns, [[day, 1] for day in sorted(found)])

    assert await recorded_days(run, date(2031, 5, 20)) == Period(
        date(2010, 12, 1), date(2031, 5, 20)
    )
    assert await recorded_days(run, date(2012, 1, 1)) == Period(
        date(2010, 12, 1), date(2011, 12, 10)
    )
    assert await recorded_days(run, date(2005, 1, 1)) is None
    assert await recorded_days(run, date(1990, 1, 1)) is None


def buckets_of(query: MetricsQuery) -> int:
    start, end = query.time.from_, query.time.to
    assert start is not None
    assert end is not None
    return (end - start).days // (28 if query.time.grain == "month" else 1)
