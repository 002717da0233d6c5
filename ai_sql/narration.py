"""One or two sentences and a chart for a result; every number is taken from its rows."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from ai_sql.dates import Period
from ai_sql.models import Chart
from ai_sql.restate import spoken
from semantic_layer.catalogue import Catalogue, Metric
from semantic_layer.compiler.metrics import CHANGE, PREVIOUS, TIME
from semantic_layer.queries import MetricsQuery, Unit
from semantic_layer.results import QueryResult


def chart(query: MetricsQuery, result: QueryResult, *, is_open: bool) -> Chart:
    """A number, a line over time, bars by a dimension; a table where none of them is clear.

    `is_open` says that the period is not over yet.
    """
    unit = next((column.unit for column in result.columns if column.name in query.metrics), None)
    shown = Chart(type="table", y=list(query.metrics), unit=unit)
    if len(query.group_by) > 1:
        return shown
    group = query.group_by[0] if query.group_by else None
    if query.time.grain:
        if query.order_by:
            return shown.model_copy(update={"type": "table" if group else "bar", "x": TIME})
        line = {"type": "line", "x": TIME, "series": group, "last_is_partial": is_open}
        return shown.model_copy(update=line)
    return shown.model_copy(update={"type": "bar" if group else "number", "x": group})


def narrate(
    query: MetricsQuery,
    result: QueryResult,
    period: Period,
    catalogue: Catalogue,
    currency: str,
    *,
    is_open: bool,
) -> str:
    """What the rows say; `is_open` as for `chart`."""
    metric = catalogue.metrics[query.metrics[0]]
    if not result.rows:
        return f"There is no data on {metric.label.lower()} for {period.describe()}."
    if query.group_by or (query.time.grain and query.order_by):
        return _breakdown(query, result, metric, currency)
    if query.time.grain:
        return _trend(query.time.grain, result, metric, currency, is_open)
    facts = [_total(query, result, catalogue.metrics[name], currency) for name in query.metrics]
    when = period.describe()
    return f"{when[0].upper()}{when[1:]}: {'; '.join(facts)}."


def format_number(value: Any, metric: Metric, currency: str) -> str:
    """A value in the metric's unit: 1,234; 12.5 %; 3 min 20 s; 10.50 EUR."""
    if value is None:
        return "no value"
    if metric.unit == "ratio":
        return f"{float(value):.1%}".replace("%", " %")
    if metric.unit == "seconds":
        minutes, seconds = divmod(round(float(value)), 60)
        return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
    if metric.unit == "currency":
        return f"{float(value):,.2f} {currency}"
    number = float(value)
    return f"{number:,.0f}" if number.is_integer() else f"{number:,.2f}"


def _total(query: MetricsQuery, result: QueryResult, metric: Metric, currency: str) -> str:
    row = dict(zip((column.name for column in result.columns), result.rows[0], strict=True))
    text = f"{format_number(row.get(metric.name), metric, currency)} {metric.label.lower()}"
    change = row.get(f"{metric.name}{CHANGE}")
    before = row.get(f"{metric.name}{PREVIOUS}")
    if query.compare and before is not None:
        earlier = format_number(before, metric, currency)
        text += f", {_change(change)} the {earlier} of the period before"
    return text


def _change(change: Any) -> str:
    if change is None:
        return "against"
    if change == 0:
        return "unchanged from"
    return f"{'up' if change > 0 else 'down'} {abs(float(change)):.1%} on".replace("%", " %")


def _trend(grain: Unit, result: QueryResult, metric: Metric, currency: str, is_open: bool) -> str:
    """Highest, lowest and mean of the buckets that are over, and the current one by itself."""
    values = _values(result, metric)
    current = values.pop() if is_open and values else None
    known = [(time, value) for time, value in values if value is not None]
    sentences = []
    if known:
        highest = max(known, key=lambda each: each[1])
        lowest = min(known, key=lambda each: each[1])
        mean = sum(value for _, value in known) / len(known)
        top, bottom, middle = (
            format_number(value, metric, currency) for value in (highest[1], lowest[1], mean)
        )
        sentences.append(
            f"{metric.label} was highest {spoken_bucket(highest[0], grain)} with {top}"
            f" and lowest {spoken_bucket(lowest[0], grain)} with {bottom};"
            f" the mean per {grain} is {middle}."
            if highest[1] != lowest[1]
            else f"{metric.label} was {top} in every {grain}."
        )
    if current and current[1] is not None:
        shown = format_number(current[1], metric, currency)
        sentences.append(f"The current {grain} has {shown} so far.")
    nothing = f"There is no data on {metric.label.lower()} in this period."
    return " ".join(sentences) or nothing


def _values(result: QueryResult, metric: Metric) -> list[tuple[str, float | None]]:
    names = [column.name for column in result.columns]
    value, time = names.index(metric.name), names.index(TIME)
    return [
        (str(row[time]), None if row[value] is None else float(row[value])) for row in result.rows
    ]


def spoken_bucket(start: str, grain: Unit) -> str:
    """A bucket by its first moment: on 20 November 2026, in the week of 16 November 2026."""
    moment = datetime.fromisoformat(start)
    match grain:
        case Unit.HOUR:
            return f"at {moment:%H:%M} on {moment:%-d %B %Y}"
        case Unit.DAY:
            return f"on {moment:%-d %B %Y}"
        case Unit.WEEK:
            return f"in the week of {moment:%-d %B %Y}"
        case Unit.MONTH:
            return f"in {moment:%B %Y}"
        case Unit.QUARTER:
            return f"in the quarter from {moment:%B %Y}"
        case Unit.YEAR:
            return f"in {moment:%Y}"


def _breakdown(query: MetricsQuery, result: QueryResult, metric: Metric, currency: str) -> str:
    names = [column.name for column in result.columns]
    value, grain = names.index(metric.name), query.time.grain
    descending = query.order_by[0].descending if query.order_by else True
    ranked = sorted(
        (row for row in result.rows if row[value] is not None),
        key=lambda row: float(row[value]),
        reverse=descending,
    )

    def place_of(row: Sequence[Any]) -> str:
        groups = [f"for {spoken(name, row[names.index(name)])}" for name in query.group_by]
        times = [spoken_bucket(str(row[names.index(TIME)]), grain)] if grain else []
        return " ".join([*groups, *times])

    if not ranked:
        return f"There is no data on {metric.label.lower()} in this period."
    facts = [
        f"{place_of(row)} with {format_number(row[value], metric, currency)}" for row in ranked[:3]
    ]
    place = "highest" if descending else "lowest"
    rest = f", then {' and '.join(facts[1:])}" if len(facts) > 1 else ""
    return f"{metric.label} is {place} {facts[0]}{rest}."
