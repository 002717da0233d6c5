"""One or two sentences and a chart for a result; every number is taken from its rows."""

from collections.abc import Sequence
from typing import Any

from ai_sql.dates import Period
from ai_sql.models import Chart
from ai_sql.restate import spoken
from semantic_layer.catalogue import Catalogue, Metric
from semantic_layer.compiler.metrics import CHANGE, PREVIOUS, TIME
from semantic_layer.queries import MetricsQuery
from semantic_layer.results import QueryResult


def chart(query: MetricsQuery, result: QueryResult) -> Chart:
    """A number, a line over time, bars by a dimension; a table where none of them is clear."""
    unit = next((column.unit for column in result.columns if column.name in query.metrics), None)
    shown = Chart(type="table", y=list(query.metrics), unit=unit)
    if len(query.group_by) > 1:
        return shown
    group = query.group_by[0] if query.group_by else None
    if query.time.grain:
        return shown.model_copy(update={"type": "line", "x": TIME, "series": group})
    return shown.model_copy(update={"type": "bar" if group else "number", "x": group})


def narrate(
    query: MetricsQuery, result: QueryResult, period: Period, catalogue: Catalogue, currency: str
) -> str:
    """What the rows say."""
    metric = catalogue.metrics[query.metrics[0]]
    if not result.rows:
        return f"There is no data on {metric.label.lower()} for {period.describe()}."
    if query.time.grain:
        return _trend(result, metric, currency)
    if query.group_by:
        return _breakdown(query, result, metric, currency)
    facts = [_total(query, result, catalogue.metrics[name], currency) for name in query.metrics]
    return f"{period.describe().capitalize()}: {'; '.join(facts)}."


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


def _trend(result: QueryResult, metric: Metric, currency: str) -> str:
    names = [column.name for column in result.columns]
    value, time = names.index(metric.name), names.index(TIME)
    rows = [row for row in result.rows if row[value] is not None]
    if not rows:
        return f"There is no data on {metric.label.lower()} in this period."
    highest = max(rows, key=lambda row: float(row[value]))
    lowest = min(rows, key=lambda row: float(row[value]))
    top, bottom = (format_number(row[value], metric, currency) for row in (highest, lowest))
    return (
        f"{metric.label} was highest on {highest[time]} with {top}"
        f" and lowest on {lowest[time]} with {bottom}."
    )


def _breakdown(query: MetricsQuery, result: QueryResult, metric: Metric, currency: str) -> str:
    names = [column.name for column in result.columns]
    value = names.index(metric.name)
    keys = [names.index(name) for name in query.group_by]

    def fact(row: Sequence[Any]) -> str:
        who = ", ".join(spoken(names[key], row[key]) for key in keys)
        return f"{who} with {format_number(row[value], metric, currency)}"

    facts = [fact(row) for row in result.rows[:3]]
    place = "lowest" if query.order_by and not query.order_by[0].descending else "highest"
    rest = f", followed by {' and '.join(facts[1:])}" if len(facts) > 1 else ""
    return f"{metric.label} is {place} for {facts[0]}{rest}."
