"""Put the parts of a reading together into a semantic query."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from ai_sql.dates import Calendar, Period
from ai_sql.lexicon import Kind
from ai_sql.plans import Clarification, Intent, Outcome, Plan
from ai_sql.spans import Filter, Reading, entities
from semantic_layer.catalogue import Catalogue, Metric
from semantic_layer.queries import Unit

MAX_OPTIONS = 4
BREAKDOWN_ROWS = 100
# What one person can have several of in a period.
SEVERAL_PER_PERSON = frozenset({"path", "event_name"})
# "Daily active users last week" asks for the seven figures, not for one.
DAILY_METRIC = "dau"
# Each assumption is a place where another reading was possible.
DOUBT_PER_NOTE, LOWEST_CONFIDENCE = 0.1, 0.5

# A trend without a grain takes the finest of these that gives at most about 60 points.
AUTOMATIC_GRAINS = ((2, Unit.HOUR), (62, Unit.DAY), (366, Unit.WEEK))


@dataclass(frozen=True, slots=True)
class Request:
    """What was read, and what was decided about it; `notes` become the stated assumptions."""

    reading: Reading
    metrics: Sequence[Metric]
    period: Period
    notes: list[str]


def compose(request: Request, catalogue: Catalogue, calendar: Calendar) -> Outcome:
    """A plan, or a question back where the parts do not fit each other."""
    reading, metrics, period = request.reading, request.metrics, request.period
    group_by = [entity.name for entity in entities(reading.named(Kind.DIMENSION))]
    side_by_side = _compared_values(reading)
    if side_by_side and side_by_side not in group_by:
        group_by.append(side_by_side)
    misfit = _misfit(metrics, [*group_by, *(item.field for item in reading.filters)], catalogue)
    if misfit:
        return misfit
    if reading.compared_count and (not period.last or period.last[0] != reading.compared_count):
        return _only_before(period, calendar.last(reading.compared_count, period.unit))
    if reading.other_period and not _is_before(reading.other_period, period, calendar):
        return _only_before(period, reading.other_period)
    is_compared = reading.is_compared and not side_by_side
    grain = _grain(reading, metrics, period)
    unclear = (
        _per_another_metric(reading, catalogue)
        or _unclear(reading, metrics[0], group_by, grain, catalogue)
        or _change_over_several(reading, metrics[0], period, calendar)
    )
    if unclear:
        return unclear
    query: dict[str, Any] = {
        "kind": "metrics",
        "metrics": [metric.name for metric in metrics],
        "group_by": group_by,
        "where": _where(reading.filters),
        "time": _time(period, grain, None if is_compared else calendar.today),
    }
    if is_compared:
        query["compare"] = "previous_period"
    ranking = reading.ranking
    descending = ranking.descending if ranking else True
    if (group_by and grain is None) or (ranking and (ranking.unit or not descending)):
        query["order_by"] = [{"field": metrics[0].name, "descending": descending}]
    if ranking or "order_by" in query:
        query["limit"] = ranking.limit if ranking else BREAKDOWN_ROWS
    notes = (
        *request.notes,
        *_readings_not_taken(reading.filters, catalogue),
        *_alternatives(query["where"], catalogue),
        *_stated(period),
    )
    intent = _intent(reading, is_compared, grain, group_by)
    confidence = max(LOWEST_CONFIDENCE, 1 - DOUBT_PER_NOTE * len(notes))
    return Plan(query, intent, period, notes, confidence)


def _misfit(
    metrics: Sequence[Metric], names: Sequence[str], catalogue: Catalogue
) -> Clarification | None:
    """A question back where a metric does not have a dimension."""
    for metric in metrics:
        for name in names:
            if name not in metric.dimensions:
                label = catalogue.dimensions[name].label.lower()
                fitting = [m.label for m in catalogue.metrics.values() if name in m.dimensions]
                return Clarification(
                    f"{metric.label} cannot be broken down or filtered by {label}. These can:",
                    tuple(f"{fit.lower()} by {label}" for fit in fitting[:MAX_OPTIONS]),
                )
    return None


def _unclear(
    reading: Reading,
    metric: Metric,
    group_by: Sequence[str],
    grain: Unit | None,
    catalogue: Catalogue,
) -> Clarification | None:
    """A question back where a word of form has nothing to work on: "most", "average"."""
    label = metric.label.lower()
    if reading.ranking and not group_by and not reading.ranking.unit:
        tops = (f"top {each} by {label}" for each in dimension_labels(metric, catalogue))
        options = (f"which day had the most {label}", *tops)
        return Clarification(f"{metric.label} of what should be ranked?", options[:MAX_OPTIONS])
    if reading.is_list and not group_by and not grain:
        options = breakdowns(metric, catalogue)
        return Clarification(f"{metric.label} can be listed by something:", options)
    if reading.is_averaged and not grain and _is_total(metric):
        options = tuple(f"average {label} per {unit}" for unit in (Unit.DAY, Unit.WEEK, Unit.MONTH))
        return Clarification(f"{metric.label} is a total. An average over what?", options)
    return None


def dimension_labels(metric: Metric, catalogue: Catalogue) -> list[str]:
    """What the metric can be broken down by, in the middle of a sentence."""
    return [catalogue.dimensions[name].label.lower() for name in metric.dimensions]


def breakdowns(metric: Metric, catalogue: Catalogue) -> tuple[str, ...]:
    """Questions that show the metric over time and by its first dimensions."""
    label = metric.label.lower()
    by = (f"{label} by {each}" for each in dimension_labels(metric, catalogue))
    return (f"{label} over time", *by)[:MAX_OPTIONS]


def _per_another_metric(reading: Reading, catalogue: Catalogue) -> Clarification | None:
    """A question back for "orders per person": only documented ratios can be asked for."""
    named = reading.named(Kind.METRIC)
    for tag, following in pairwise(named):
        between = [token.word for token in reading.tokens[tag.end : following.first]]
        if between and between[0] == "per":
            labels = [catalogue.metrics[each.best.name].label for each in (tag, following)]
            one, other = labels[0].lower(), labels[1].lower()
            return Clarification(
                f"No metric is documented as {one} per {other}.",
                (f"{one} and {other}", one, other),
            )
    return None


def _change_over_several(
    reading: Reading, metric: Metric, period: Period, calendar: Calendar
) -> Clarification | None:
    """A question back for "did it grow from May to July": between its ends, or against before?"""
    is_one_unit = (period.start, period.end) == _bounds(calendar, period, 0)
    if not reading.is_change or reading.other_period or period.last or is_one_unit:
        return None
    label, when = metric.label.lower(), period.describe()
    return Clarification(
        f"A change over {when} can be shown in two ways:",
        (f"{label} over time, {when}", f"{label}, {when}, compared to the previous period"),
    )


def _is_total(metric: Metric) -> bool:
    """Whether it adds up or counts, as opposed to figures that are an average by themselves."""
    is_plain = metric.type == "simple" and metric.unit in {"count", "currency"}
    return is_plain and metric.name != DAILY_METRIC


def _is_before(other: Period, period: Period, calendar: Calendar) -> bool:
    """Whether `other` is the unit right before `period`, itself a whole unit."""
    if period.last or (period.start, period.end) != _bounds(calendar, period, 0):
        return False
    return (other.start, other.end) == _bounds(calendar, period, -1)


def _bounds(calendar: Calendar, period: Period, offset: int) -> tuple[Any, Any]:
    first = calendar.shift(calendar.floor(period.start, period.unit), period.unit, offset)
    return first, calendar.shift(first, period.unit, 1)


def _only_before(period: Period, other: Period) -> Clarification:
    options = tuple(
        f"{each.describe()} compared to the previous {each.unit}" for each in (period, other)
    )
    return Clarification("A period is compared with the one right before it.", options)


def _compared_values(reading: Reading) -> str | None:
    """The dimension of "compare Germany and France": its values are set side by side."""
    if not reading.is_compared or reading.other_period:
        return None
    fields = [item.field for item in reading.filters if item.op == "eq"]
    return next((name for name in fields if fields.count(name) > 1), None)


def _grain(reading: Reading, metrics: Sequence[Metric], period: Period) -> Unit | None:
    if reading.grain:
        return reading.grain
    if not reading.is_trend:
        is_single = period.days == 1 or reading.is_averaged or reading.is_compared
        return Unit.DAY if metrics[0].name == DAILY_METRIC and not is_single else None
    return next((unit for days, unit in AUTOMATIC_GRAINS if period.days <= days), Unit.MONTH)


def _where(filters: Sequence[Filter]) -> list[dict[str, Any]]:
    """Several values of one dimension are alternatives: "from Germany and France"."""
    values: dict[tuple[str, str], list[str]] = {}
    for item in filters:
        values.setdefault((item.field, item.op), []).append(item.value)
    conditions: list[dict[str, Any]] = []
    for (name, op), found in values.items():
        unique = list(dict.fromkeys(found))
        several = {"eq": "in", "neq": "not_in"}.get(op)
        if several and len(unique) > 1:
            conditions.append({"field": name, "op": several, "value": unique})
        else:
            conditions += [{"field": name, "op": op, "value": value} for value in unique]
    return conditions


def _readings_not_taken(filters: Sequence[Filter], catalogue: Catalogue) -> list[str]:
    def label(name: str) -> str:
        return catalogue.dimensions[name].label.lower()

    return [
        f"“{item.value}” is read as {label(item.field)}, not {', '.join(map(label, item.also))}"
        for item in filters
        if item.also
    ]


def _alternatives(where: Sequence[dict[str, Any]], catalogue: Catalogue) -> list[str]:
    """One person can see two pages, but "and" between two values is read as "or"."""
    labels = [
        catalogue.dimensions[item["field"]].label.lower()
        for item in where
        if item["op"] == "in" and item["field"] in SEVERAL_PER_PERSON
    ]
    return [f"any one of the {label}s named is enough" for label in labels]


def _stated(period: Period) -> tuple[str, ...]:
    return (period.assumption,) if period.assumption else ()


def _time(period: Period, grain: Unit | None, today: date | None) -> dict[str, Any]:
    """The range as the query gives it; a series ends `today`, not with empty days to come."""
    shape: dict[str, Any]
    if period.last:
        shape = {"last": {"n": period.last[0], "unit": period.last[1].value}}
    else:
        end = period.end
        if grain and today and period.start <= today:
            end = min(end, today + timedelta(days=1))
        shape = {"from": period.start.isoformat(), "to": end.isoformat()}
    return shape | ({"grain": grain.value} if grain else {})


def _intent(
    reading: Reading, is_compared: bool, grain: Unit | None, group_by: Sequence[str]
) -> Intent:
    if is_compared:
        return Intent.COMPARISON
    if reading.ranking and (group_by or reading.ranking.unit):
        return Intent.TOP
    if grain:
        return Intent.TREND
    return Intent.BREAKDOWN if group_by else Intent.COUNT
