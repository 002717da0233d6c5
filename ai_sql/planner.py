"""The local planner: a reading of the question becomes a semantic query, a question back, or a refusal."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from ai_sql.dates import Calendar, Period, Unit
from ai_sql.lexicon import Entity, Kind, Lexicon
from ai_sql.plans import Clarification, Intent, Outcome, Plan, Refusal
from ai_sql.spans import Filter, Reading, entities, read
from semantic_layer.catalogue import Catalogue, Metric

DEFAULT_DAYS = 30
# Spelling: one changed letter in a word of six is a ratio of 0.83; "orders" and "borders" (0.92) are told apart by the
# question back when the word is not the only candidate.
SPELLING_CUTOFF = 0.82
MAX_OPTIONS = 4

# The metric meant when only a dimension is ranked: "top pages", "most common browsers".
RANKED_BY = {"path": "page_views", "event_name": "events", "entry_path": "sessions", "exit_path": "sessions"}
FALLBACK_METRIC = "people"
# Daily active users exist per day only; by any other dimension they are the distinct people of each day.
DAILY_METRIC, DAILY_PEOPLE = "dau", "people"


@dataclass(frozen=True, slots=True)
class LocalPlanner:
    """Plans with the catalogue, the values seen in the data and the project's calendar; no model, no network."""

    catalogue: Catalogue
    lexicon: Lexicon
    calendar: Calendar

    def plan(self, question: str) -> Outcome:
        """Outcome for a question in plain English."""
        reading = read(question, self.lexicon, self.calendar)
        if not reading.tokens:
            return Clarification("The question is empty.", self.examples())
        notes: list[str] = []
        problem = self._unexplained(reading, question, notes)
        if problem:
            return problem
        metrics = self._metrics(reading, notes)
        if not metrics:
            return Refusal("The question names no documented metric.", self.examples())
        return self._compose(reading, metrics, notes)

    def examples(self) -> tuple[str, ...]:
        """Questions that can be answered, from the catalogue."""
        metrics = self.catalogue.metrics
        candidates = (
            ("dau", "daily active users for the past 7 days"),
            ("page_views", "top 5 pages by page views in the last 30 days"),
            ("sessions", "sessions by country last week"),
            ("revenue", "revenue by month this year"),
            ("events", "how many events yesterday"),
        )
        return tuple(text for name, text in candidates if name in metrics)[:MAX_OPTIONS]

    def _unexplained(self, reading: Reading, question: str, notes: list[str]) -> Outcome | None:
        """Correct plain spelling mistakes; ask back or refuse on words that nothing accounts for."""
        for word in reading.unexplained():
            near = get_close_matches(word.casefold(), self.lexicon.phrases(), n=3, cutoff=SPELLING_CUTOFF)
            if near:
                options = tuple(question.replace(word, candidate) for candidate in near)
                return Clarification(f"I don't know “{word}”. Did you mean one of these?", options)
        unknown = reading.unexplained()
        if not unknown:
            return None
        words = ", ".join(f"“{word}”" for word in unknown)
        asked = [entity.label for entity in entities(reading.named(Kind.METRIC))]
        about = f" I can break {asked[0]} down by {self._dimension_labels(reading)}." if asked else ""
        return Refusal(f"Nothing documented matches {words}.{about}", self.examples())

    def _dimension_labels(self, reading: Reading) -> str:
        metric = self.catalogue.metrics[reading.named(Kind.METRIC)[0].best.name]
        labels = [self.catalogue.dimensions[name].label.lower() for name in metric.dimensions if name in self.catalogue.dimensions]
        return ", ".join(labels[:8])

    def _metrics(self, reading: Reading, notes: list[str]) -> list[Metric]:
        named = [self.catalogue.metrics[entity.name] for entity in entities(reading.named(Kind.METRIC))]
        if named:
            return named
        dimensions = entities(reading.named(Kind.DIMENSION))
        if any(item.field == "event_name" for item in reading.filters) and "events" in self.catalogue.metrics:
            return [self.catalogue.metrics["events"]]
        if not dimensions:
            return []
        name = RANKED_BY.get(dimensions[0].name, FALLBACK_METRIC)
        metric = self.catalogue.metrics.get(name)
        if metric is None:
            return []
        notes.append(f"{dimensions[0].label} counted by {metric.label.lower()}")
        return [metric]

    def _compose(self, reading: Reading, metrics: list[Metric], notes: list[str]) -> Outcome:
        group_by = [entity.name for entity in entities(reading.named(Kind.DIMENSION))]
        side_by_side = _compared_values(reading)
        if side_by_side:
            group_by.append(side_by_side)
            reading.is_compared = False
        metrics = [self._daily(metric, group_by, reading, notes) for metric in metrics]
        problem = self._invalid(metrics, group_by, reading.filters)
        if problem:
            return problem
        period = self._period(reading, notes)
        compared = _compared(reading, period, self.calendar)
        if isinstance(compared, Clarification):
            return compared
        grain = _grain(reading, metrics, group_by, period)
        for item in reading.filters:
            if item.also:
                other = ", ".join(self.catalogue.dimensions[name].label.lower() for name in item.also)
                label = self.catalogue.dimensions[item.field].label.lower()
                notes.append(f"“{item.value}” taken as {label}, not {other}")
        query: dict[str, Any] = {
            "kind": "metrics",
            "metrics": [metric.name for metric in metrics],
            "group_by": group_by,
            "where": _where(reading.filters),
            "time": _time(period, grain),
        }
        if compared:
            query["compare"] = "previous_period"
        if group_by and grain is None:
            query["order_by"] = [{"field": metrics[0].name, "descending": reading.descending}]
            query["limit"] = reading.limit or 100
        if period.assumption:
            notes.append(period.assumption)
        intent = _intent(reading, group_by, grain, compared)
        return Plan(query, intent, period, tuple(notes), max(0.5, 1 - 0.1 * len(notes)))

    def _daily(self, metric: Metric, group_by: Sequence[str], reading: Reading, notes: list[str]) -> Metric:
        wanted = {*group_by, *(item.field for item in reading.filters)}
        if metric.name != DAILY_METRIC or wanted <= set(metric.dimensions) or DAILY_PEOPLE not in self.catalogue.metrics:
            return metric
        reading.is_trend, reading.grain = True, Unit.DAY
        notes.append("daily active users of a group are the distinct people of that group on each day")
        return self.catalogue.metrics[DAILY_PEOPLE]

    def _invalid(self, metrics: Sequence[Metric], group_by: Sequence[str], filters: Sequence[Filter]) -> Clarification | None:
        for metric in metrics:
            for name in (*group_by, *(item.field for item in filters)):
                if name in metric.dimensions:
                    continue
                label = self.catalogue.dimensions[name].label.lower()
                fitting = [m for m in self.catalogue.metrics.values() if name in m.dimensions][:MAX_OPTIONS]
                return Clarification(
                    f"{metric.label} cannot be broken down or filtered by {label}. These can:",
                    tuple(f"{m.label.lower()} by {label}" for m in fitting),
                )
        return None

    def _period(self, reading: Reading, notes: list[str]) -> Period:
        if reading.period:
            return reading.period
        if reading.is_compared:
            unit = reading.compared_unit
            period = self.calendar.relative(unit, -1) if unit else self.calendar.last(DEFAULT_DAYS, Unit.DAY)
            notes.append(f"no period given: {period.describe()}")
            return period
        recent = self.calendar.last(DEFAULT_DAYS, Unit.DAY)
        last_day = self.calendar.last_day
        if self.calendar.first_day and last_day and last_day < recent.start:
            recent = self.calendar.everything()
            notes.append(f"no period given: everything recorded, {recent.describe()}")
        else:
            notes.append(f"no period given: {recent.describe()}")
        return recent


def _compared(reading: Reading, period: Period, calendar: Calendar) -> bool | Clarification:
    """Whether to compare with the period before; any other second period is asked back."""
    other = reading.other_period
    if other is None:
        return reading.is_compared
    before = calendar.unit_of(calendar.shift(period.start, period.unit, -1), period.unit)
    if (other.start, other.end) == (before.start, before.end) and period == calendar.unit_of(period.start, period.unit):
        return True
    return Clarification(
        "A comparison takes a period and the one right before it.",
        (f"{period.describe()} compared to the previous {period.unit}", f"{other.describe()} compared to the previous {other.unit}"),
    )


def _grain(reading: Reading, metrics: Sequence[Metric], group_by: Sequence[str], period: Period) -> Unit | None:
    """Grain of a trend: as asked, else by the length of the period (at most about 60 points)."""
    is_daily = metrics[0].name == DAILY_METRIC and period.days > 1 and not (reading.is_averaged or reading.is_compared)
    if reading.grain:
        return reading.grain
    if not reading.is_trend:
        return Unit.DAY if is_daily else None
    if period.days <= 2:
        return Unit.HOUR
    if period.days <= 62:
        return Unit.DAY
    return Unit.WEEK if period.days <= 366 else Unit.MONTH


def _where(filters: Sequence[Filter]) -> list[dict[str, Any]]:
    """Conditions of the query: several values of one dimension are alternatives ("Germany and France")."""
    values: dict[tuple[str, str], list[str]] = {}
    for item in filters:
        values.setdefault((item.field, item.op), []).append(item.value)
    several = {"eq": "in", "neq": "not_in"}
    conditions: list[dict[str, Any]] = []
    for (name, op), found in values.items():
        unique = list(dict.fromkeys(found))
        if len(unique) > 1 and op in several:
            conditions.append({"field": name, "op": several[op], "value": unique})
        else:
            conditions += [{"field": name, "op": op, "value": value} for value in unique]
    return conditions


def _compared_values(reading: Reading) -> str | None:
    """The dimension of "compare Germany and France": its values are set side by side."""
    fields = [item.field for item in reading.filters if item.op == "eq"]
    repeated = [name for name in dict.fromkeys(fields) if fields.count(name) > 1]
    return repeated[0] if reading.is_compared and repeated and not reading.other_period else None


def _time(period: Period, grain: Unit | None) -> dict[str, Any]:
    shape: dict[str, Any]
    if period.last:
        shape = {"last": {"n": period.last[0], "unit": str(period.last[1])}}
    else:
        shape = {"from": period.start.isoformat(), "to": period.end.isoformat()}
    return shape | ({"grain": str(grain)} if grain else {})


def _intent(reading: Reading, group_by: Sequence[str], grain: Unit | None, compared: bool) -> Intent:
    if compared:
        return Intent.COMPARISON
    if grain:
        return Intent.TREND
    if reading.limit:
        return Intent.TOP
    return Intent.BREAKDOWN if group_by else Intent.COUNT


def lexicon(catalogue: Catalogue, values: Sequence[tuple[str, str, str]]) -> Lexicon:
    """Lexicon of the catalogue and of `(dimension, value, spoken form)` seen in a project's data."""
    named: list[tuple[str, Entity]] = []
    for metric in catalogue.metrics.values():
        entity = Entity(Kind.METRIC, metric.name, metric.label)
        named += [(text, entity) for text in (metric.name, metric.label, *metric.synonyms)]
    for dimension in catalogue.dimensions.values():
        entity = Entity(Kind.DIMENSION, dimension.name, dimension.label)
        named += [(text, entity) for text in (dimension.name, dimension.label, *dimension.synonyms)]
    named += [(spoken, Entity(Kind.VALUE, field, spoken, value)) for field, value, spoken in values]
    return Lexicon(named)
