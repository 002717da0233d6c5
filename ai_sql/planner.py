"""The local planner: a reading of a question becomes a semantic query, a question back, or a no."""

from collections.abc import Sequence
from dataclasses import dataclass

from ai_sql.compose import Request, breakdowns, compose, dimension_labels
from ai_sql.dates import Calendar, Period
from ai_sql.lexicon import Kind, Lexicon
from ai_sql.plans import Clarification, Outcome, Refusal
from ai_sql.spans import Reading, entities, read
from semantic_layer.catalogue import Catalogue, Metric
from semantic_layer.queries import Unit

DEFAULT_DAYS = 30
MAX_OPTIONS = 4

# The metric meant when only a dimension is named: "top pages", "most common browsers".
RANKED_BY = {"path": "page_views", "event_name": "events"}
FALLBACK_METRICS = ("people", "sessions", "events")

EXAMPLES = (
    ("dau", "daily active users for the past 7 days"),
    ("page_views", "top 5 pages by page views in the last 30 days"),
    ("sessions", "sessions by country last week"),
    ("revenue", "revenue by month this year"),
    ("events", "how many events yesterday"),
)


@dataclass(frozen=True, slots=True)
class LocalPlanner:
    """Plans from the catalogue, the values in the data and a calendar: no model, no network."""

    catalogue: Catalogue
    lexicon: Lexicon
    calendar: Calendar

    def plan(self, question: str) -> Outcome:
        """What becomes of a question in plain English."""
        reading = read(question, self.lexicon, self.calendar)
        if not reading.tokens:
            return Clarification("The question is empty.", self.examples())
        unknown = reading.unexplained()
        if unknown:
            return self._ask_back(question, reading, unknown)
        notes: list[str] = []
        metrics = self._metrics(reading, notes)
        if not metrics:
            return Refusal("The question names no documented metric.", self.examples())
        request = Request(reading, metrics, self._period(reading, notes), notes)
        return compose(request, self.catalogue, self.calendar)

    def examples(self) -> tuple[str, ...]:
        """Questions that can be answered here."""
        known = [text for name, text in EXAMPLES if name in self.catalogue.metrics]
        return tuple(known[:MAX_OPTIONS])

    def _ask_back(self, question: str, reading: Reading, unknown: Sequence[str]) -> Outcome:
        """A word that is nearly a documented one is asked back; any other is a reason to refuse."""
        for word in unknown:
            near = self.lexicon.spelt_like(word, MAX_OPTIONS)
            if near:
                options = tuple(question.replace(word, text) for text in near)
                return Clarification(f"Nothing is called “{word}”. Did you mean:", options)
        words = ", ".join(f"“{word}”" for word in unknown)
        reason = f"Nothing documented matches {words}."
        named = entities(reading.named(Kind.METRIC))
        if not named:
            return Refusal(reason, self.examples())
        metric = self.catalogue.metrics[named[0].name]
        labels = dimension_labels(metric, self.catalogue)
        reason += f" {metric.label} can be broken down by {', '.join(labels) or 'time only'}."
        return Refusal(reason, breakdowns(metric, self.catalogue))

    def _metrics(self, reading: Reading, notes: list[str]) -> list[Metric]:
        """The metrics named, else the one by which a named dimension or event is counted."""
        named = [self.catalogue.metrics[e.name] for e in entities(reading.named(Kind.METRIC))]
        if named:
            return named
        dimensions = entities(reading.named(Kind.DIMENSION))
        if any(item.field == "event_name" for item in reading.filters):
            name = "events"
        elif dimensions:
            name = self._counted_by(dimensions[0].name)
        elif reading.ranking and reading.ranking.unit:
            name = "events"
        else:
            return []
        metric = self.catalogue.metrics.get(name)
        if metric is None:
            return []
        if dimensions:
            notes.append(f"{dimensions[0].label} ranked by {metric.label.lower()}")
        elif not reading.filters:
            notes.append(f"ranked by {metric.label.lower()}")
        return [metric]

    def _counted_by(self, dimension: str) -> str:
        """The metric that is meant when only a dimension is named; '' if none has it."""
        known = self.catalogue.metrics
        fitting = (
            name
            for name in FALLBACK_METRICS
            if name in known and dimension in known[name].dimensions
        )
        return RANKED_BY.get(dimension) or next(fitting, "")

    def _period(self, reading: Reading, notes: list[str]) -> Period:
        """The period named, else the last complete unit of a comparison, else the last 30 days."""
        if reading.period:
            return reading.period
        recent = self.calendar.last(DEFAULT_DAYS, Unit.DAY)
        last_day = self.calendar.last_day
        if reading.is_compared and reading.compared_unit:
            recent = self.calendar.relative(reading.compared_unit, -1)
        elif last_day and last_day < recent.start:
            recent = self.calendar.everything()
        notes.append(f"no period given: {recent.describe()}")
        return recent
