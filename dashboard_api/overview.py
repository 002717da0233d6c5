"""The overview's numbers, each of them the answer of a semantic query."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from dashboard_api.periods import DEFAULT_DAYS, Period, last_days
from semantic_layer.queries import Filter, MetricsQuery, Operator, OrderBy, TimeRange, Unit
from semantic_layer.results import QueryResult

Run = Callable[[MetricsQuery], Awaitable[QueryResult]]
Number = float | int

# Shown as tiles in this order, as far as the catalogue has them.
TILES = ("dau", "sessions", "events", "people", "page_views")
# Counted per day by their very name, so that a longer period has the mean of its days.
DAILY_MEANS = frozenset({"dau"})
TOP_EVENTS = 10
EARLIEST = date(2000, 1, 1)  # ingest moves an earlier timestamp to the time of receipt
LONGEST_MONTH = timedelta(days=31)


@dataclass(frozen=True)
class TileNumbers:
    value: Number | None
    previous: Number | None
    trend: list[Number | None]
    previous_trend: list[Number | None]


@dataclass(frozen=True)
class EventCount:
    event_name: str
    events: Number
    previous: Number


@dataclass(frozen=True)
class OverviewNumbers:
    period: Period
    tiles: dict[str, TileNumbers]
    top_events: list[EventCount]
    results: dict[str, QueryResult]
    recorded: Period | None
    """First and last day with events; looked up only when the period has none."""


def ranged(period: Period, grain: Unit | None = None) -> TimeRange:
    return TimeRange.model_validate({"from": period.start, "to": period.end, "grain": grain})


def totals_query(metrics: Sequence[str], period: Period) -> MetricsQuery:
    return MetricsQuery(kind="metrics", metrics=list(metrics), time=ranged(period))


def trend_query(metrics: Sequence[str], period: Period, grain: Unit = Unit.DAY) -> MetricsQuery:
    return MetricsQuery(kind="metrics", metrics=list(metrics), time=ranged(period, grain))


def top_events_query(period: Period, among: Sequence[str] = ()) -> MetricsQuery:
    """The most frequent events, or the counts of given ones."""
    where = [Filter(field="event_name", op=Operator.IN, value=list(among))] if among else []
    return MetricsQuery(
        kind="metrics",
        metrics=["events"],
        group_by=["event_name"],
        where=where,
        time=ranged(period),
        order_by=[OrderBy(field="events", descending=True), OrderBy(field="event_name")],
        limit=len(among) or TOP_EVENTS,
    )


def number(value: object) -> Number | None:
    """A measure as a number; decimals arrive as text."""
    if isinstance(value, int | float):
        return value
    return float(value) if isinstance(value, str) else None


def column_of(result: QueryResult, name: str) -> int:
    return [column.name for column in result.columns].index(name)


def total(result: QueryResult, metric: str) -> Number | None:
    return number(result.rows[0][column_of(result, metric)]) if result.rows else None


def daily(result: QueryResult, metric: str, period: Period) -> list[Number | None]:
    """One value a day of the period; a day without a row had nothing to count."""
    at = next(i for i, column in enumerate(result.columns) if column.type in ("date", "datetime"))
    value = column_of(result, metric)
    found = {str(row[at])[:10]: number(row[value]) for row in result.rows}
    return [found.get(day.isoformat(), 0) for day in period.dates]


def counts(result: QueryResult) -> dict[str, Number]:
    name, events = column_of(result, "event_name"), column_of(result, "events")
    return {str(row[name]): number(row[events]) or 0 for row in result.rows}


async def compute(run: Run, metrics: Sequence[str], period: Period) -> OverviewNumbers:
    """All numbers of one period beside those of the period before."""
    before = period.previous
    totals, totals_before, trend, trend_before, top = await asyncio.gather(
        run(totals_query(metrics, period)),
        run(totals_query(metrics, before)),
        run(trend_query(metrics, period)),
        run(trend_query(metrics, before)),
        run(top_events_query(period)),
    )
    results = {"totals": totals, "totals_before": totals_before, "trend": trend, "top_events": top}
    now = counts(top)
    then = counts(await run(top_events_query(before, list(now)))) if now else {}
    tiles = {
        metric: TileNumbers(
            value=total(totals, metric),
            previous=total(totals_before, metric),
            trend=daily(trend, metric, period),
            previous_trend=daily(trend_before, metric, before),
        )
        for metric in metrics
    }
    top_events = [EventCount(name, events, then.get(name, 0)) for name, events in now.items()]
    recorded = None if now else await recorded_days(run, period.end)
    return OverviewNumbers(period, tiles, top_events, results, recorded)


async def compute_latest(run: Run, metrics: Sequence[str], today: date) -> OverviewNumbers:
    """The last 30 days; when they are empty, the 30 days that end with the last event."""
    recent = await compute(run, metrics, last_days(DEFAULT_DAYS, today))
    if recent.top_events or recent.recorded is None:
        return recent
    first, end = recent.recorded
    start = max(first, end - timedelta(days=DEFAULT_DAYS))
    return await compute(run, metrics, Period(start, end))


async def recorded_days(run: Run, until: date) -> Period | None:
    """First and last day with events before `until`: by months, then within the two at the ends."""
    if until <= EARLIEST:
        return None
    months = await starts_with_events(run, Period(EARLIEST, until), Unit.MONTH)
    if not months:
        return None
    first, last = [
        await starts_with_events(run, Period(month, min(month + LONGEST_MONTH, until)), Unit.DAY)
        for month in (months[0], months[-1])
    ]
    return Period(first[0], last[-1] + timedelta(days=1))


async def starts_with_events(run: Run, period: Period, grain: Unit) -> list[date]:
    """First days of the buckets that hold events, in order."""
    result = await run(trend_query(["events"], period, grain))
    at = next(i for i, column in enumerate(result.columns) if column.type in ("date", "datetime"))
    value = column_of(result, "events")
    days = sorted(str(row[at])[:10] for row in result.rows if number(row[value]))
    return [date.fromisoformat(day) for day in days]


def change(value: Number | None, previous: Number | None) -> float | None:
    """Relative change; growth from nothing has no ratio."""
    if value is None or not previous:
        return None
    return (value - previous) / previous
