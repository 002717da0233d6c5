"""What is told of the attempts that count: the steps, a trend, or how long they took."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass

from semantic_layer.compiler.buckets import fill
from semantic_layer.compiler.funnels.attempts import Attempts
from semantic_layer.compiler.funnels.expressions import NEVER
from semantic_layer.compiler.funnels.steps import compared_step, step_name
from semantic_layer.compiler.literals import Literals
from semantic_layer.periods import Period, shift, start_of
from semantic_layer.project import ProjectContext
from semantic_layer.queries import Breakdown, FunnelQuery, Unit
from semantic_layer.results import Column

MINUTE, HOUR, DAY = 60, 3_600, 86_400
TIME_TO_CONVERT = (
    *(0, 10, 30, MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR),
    *(DAY, 2 * DAY, 3 * DAY, 7 * DAY, 14 * DAY, 30 * DAY),
)
"""Where the ranges of `time_to_convert` begin, in seconds."""


@dataclass(frozen=True)
class Counted:
    """One attempt an actor and bucket, with its value of the breakdown."""

    attempts: Attempts
    breakdown: Breakdown | None = None

    def select(self) -> str:
        """SELECT of actor, bucket, `reached` and, with a breakdown, `value`."""
        value = [f"{self._value(self.breakdown)} AS value"] if self.breakdown else []
        outputs = ", ".join(["actor", "bucket", "reached", *value])
        sql = f"SELECT {outputs} FROM ({self.attempts.select()})"
        if not self.attempts.points.funnel.hold_constant:
            return sql
        names = ["reached", *(["value"] if value else [])]
        best = [
            f"argMin({name}, (-toInt64(length(reached)), reached)) AS best_{name}" for name in names
        ]
        renamed = [f"best_{name} AS {name}" for name in names]
        grouped = f"SELECT actor, bucket, {', '.join(best)} FROM ({sql}) GROUP BY actor, bucket"
        return f"SELECT actor, bucket, {', '.join(renamed)} FROM ({grouped})"

    def _value(self, breakdown: Breakdown) -> str:
        """Of the event that took the step; NULL where it is missing or the step was not taken."""
        attribution = breakdown.attribution
        step = {"first": "1", "last": "length(reached)"}.get(attribution) or attribution[5:]
        points, time = self.attempts.points, f"reached[{step}]"
        fits = f"{points.of('mask', 'point')} != 0"
        if points.funnel.order != "any":
            fits = f"bitTest({points.of('mask', 'point')}, {step} - 1)"
        event = f"arrayFirst(point -> {points.of('at', 'point')} = {time} AND {fits}, points)"
        value = f"nullIf({points.of('value', event)}, '')"
        return f"if(length(reached) >= {step} AND {time} != {NEVER}, {value}, NULL)"


@dataclass(frozen=True)
class View(ABC):
    query: FunnelQuery
    counted: Counted
    period: Period
    project: ProjectContext
    literals: Literals

    @abstractmethod
    def sql(self) -> str: ...

    @property
    @abstractmethod
    def columns(self) -> tuple[Column, ...]: ...

    @property
    def _groups(self) -> list[str]:
        return ["value"] if self.query.breakdown else []

    def _group_columns(self) -> Iterator[Column]:
        if self.query.breakdown:
            field = self.query.breakdown.field
            label = field.rpartition(".")[2].replace("_", " ").capitalize()
            yield Column(name=field, type="string", label=label)

    @property
    def _entered(self) -> str:
        return "count()"

    @property
    def _converted(self) -> str:
        return f"countIf(length(reached) = {len(self.query.steps)})"


class Steps(View):
    def sql(self) -> str:
        numbers = range(1, len(self.query.steps) + 1)
        rows = [
            f"({k}, {self.literals.value(step_name(self.query, k))}, {self._took(k)}, "
            f"{self._took(compared_step(self.query, k))}, {self._median(k)})"
            for k in numbers
        ]
        keys = ", ".join(self._groups)
        by = f" GROUP BY {keys}" if keys else ""
        counted = (
            f"SELECT {', '.join([*self._groups, f'{self._entered} AS entered'])}, "
            f"arrayJoin([{', '.join(rows)}]) AS step FROM ({self.counted.select()}){by}"
        )
        outputs = [
            *(f"value AS `{column.name}`" for column in self._group_columns()),
            "toUInt8(step.1) AS step_index",
            "step.2 AS step_name",
            "step.3 AS count",
            "if(entered = 0, NULL, step.3 / entered) AS conversion_from_start",
            "if(step.4 = 0, NULL, step.3 / step.4) AS conversion_from_previous",
            "step.5 AS median_seconds_from_previous",
        ]
        order = "entered DESC, value, step.1" if self.query.breakdown else "step.1"
        return f"SELECT {', '.join(outputs)} FROM ({counted}) ORDER BY {order}"

    @property
    def columns(self) -> tuple[Column, ...]:
        noun = "People" if self.query.count_by == "person" else "Sessions"
        return (
            *self._group_columns(),
            Column(name="step_index", type="integer", label="Step"),
            Column(name="step_name", type="string", label="Name"),
            Column(name="count", type="integer", unit="count", label=noun),
            _ratio("conversion_from_start", "Conversion from start"),
            _ratio("conversion_from_previous", "Conversion from previous"),
            Column(
                name="median_seconds_from_previous",
                type="number",
                unit="seconds",
                label="Median time from previous",
            ),
        )

    def _took(self, k: int) -> str:
        return f"countIf({self._is_taken(k)})"

    def _is_taken(self, k: int) -> str:
        """Steps are in `reached` up to the last one taken; only optional ones may be missing."""
        is_there = f"length(reached) >= {k}"
        optional = self.query.steps[k - 1].optional
        return f"{is_there} AND reached[{k}] != {NEVER}" if optional else is_there

    def _median(self, k: int) -> str:
        if k == 1:
            return "CAST(NULL, 'Nullable(Float64)')"
        seconds = f"(reached[{k}] - {self._time_before(k)}) / 1000"
        return f"toNullable(quantileExactInclusiveIf(0.5)({seconds}, {self._is_taken(k)}))"

    def _time_before(self, k: int) -> str:
        if not self.query.steps[k - 2].optional:
            return f"reached[{k - 1}]"
        return f"arrayMax(arrayFilter(time -> time != {NEVER}, arraySlice(reached, 1, {k - 1})))"


class Trend(View):
    def sql(self) -> str:
        keys = ["bucket", *self._groups]
        counts = [
            f"{self._entered} AS entered",
            f"{self._converted} AS converted",
            "toNullable(converted / entered) AS conversion_rate",
        ]
        outputs = [
            "bucket AS metric_time",
            *(f"value AS `{column.name}`" for column in self._group_columns()),
            *counts,
        ]
        grain = self.query.time.grain or Unit.DAY
        start = start_of(self.period.start, grain, self.project.week_start)
        last = start_of(self.period.end, grain, self.project.week_start)
        end = last if last == self.period.end else shift(last, grain, 1)
        filled = "" if self.query.breakdown else f" {fill(start, end, grain)}"
        order = ", ".join(["metric_time", *(["value"] if self._groups else [])])
        return (
            f"SELECT {', '.join(outputs)} FROM ({self.counted.select()}) "
            f"GROUP BY {', '.join(keys)} ORDER BY {order}{filled}"
        )

    @property
    def columns(self) -> tuple[Column, ...]:
        grain = self.query.time.grain or Unit.DAY
        return (
            Column(name="metric_time", type="date", label=grain.capitalize()),
            *self._group_columns(),
            Column(name="entered", type="integer", unit="count", label="Entered"),
            Column(name="converted", type="integer", unit="count", label="Converted"),
            _ratio("conversion_rate", "Conversion rate"),
        )


class TimeToConvert(View):
    def sql(self) -> str:
        count = len(self.query.steps)
        seconds = f"(reached[{count}] - reached[1]) / 1000"
        starts = f"[{', '.join(map(str, TIME_TO_CONVERT))}]"
        place = f"arrayLastIndex(start -> start <= {seconds}, {starts})"
        keys = ", ".join([*self._groups, "place"])
        counted = (
            f"SELECT {keys}, count() AS attempts FROM (SELECT *, {place} AS place "
            f"FROM ({self.counted.select()}) WHERE length(reached) = {count}) GROUP BY {keys}"
        )
        outputs = [
            *(f"value AS `{column.name}`" for column in self._group_columns()),
            f"{starts}[place] AS from_seconds",
            f"if(place = {len(TIME_TO_CONVERT)}, NULL, {starts}[place + 1]) AS to_seconds",
            "attempts AS count",
        ]
        order = ", ".join([*self._groups, "place"])
        return f"SELECT {', '.join(outputs)} FROM ({counted}) ORDER BY {order}"

    @property
    def columns(self) -> tuple[Column, ...]:
        return (
            *self._group_columns(),
            Column(name="from_seconds", type="integer", unit="seconds", label="From"),
            Column(name="to_seconds", type="integer", unit="seconds", label="To"),
            Column(name="count", type="integer", unit="count", label="Converted"),
        )


VIEWS: dict[str, type[View]] = {
    "steps": Steps,
    "trend": Trend,
    "time_to_convert": TimeToConvert,
}


def _ratio(name: str, label: str) -> Column:
    return Column(name=name, type="number", unit="ratio", label=label)
