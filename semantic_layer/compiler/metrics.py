"""The `metrics` kind: measured rows, ranked, with gaps filled, under the names of the query."""

from collections.abc import Iterator
from dataclasses import dataclass

from semantic_layer.catalogue import Catalogue, Metric
from semantic_layer.compiler.buckets import fill, moment, skipped_hours
from semantic_layer.compiler.compiled import Compiled
from semantic_layer.compiler.conditions import property_path
from semantic_layer.compiler.literals import Literals
from semantic_layer.compiler.measured import Measured
from semantic_layer.compiler.parts import check
from semantic_layer.compiler.rendering import WEEK_START, MetricRenderer
from semantic_layer.errors import InvalidQuery
from semantic_layer.periods import Period, buckets, resolve, shift, start_of
from semantic_layer.project import ProjectContext
from semantic_layer.queries import MetricsQuery, Unit
from semantic_layer.results import Column

TIME = "metric_time"
PREVIOUS, CHANGE = "_previous", "_change"


@dataclass(frozen=True)
class MetricsCompiler:
    catalogue: Catalogue
    metricflow: MetricRenderer

    def compile(self, query: MetricsQuery, project: ProjectContext) -> Compiled:
        """Raises UnknownMetric, UnknownDimension, InvalidDimension or InvalidQuery."""
        metrics = [self.catalogue.metric(name) for name in query.metrics]
        literals, period = Literals(), resolve(query.time, project)
        check(query, metrics, self.catalogue)
        measured = Measured(query, project, period, metrics, literals, self.metricflow)
        statement = _Statement(query, project, period, metrics, measured, self.catalogue)
        columns = _columns(query, metrics, self.catalogue)
        sql = literals.fill(statement.sql().replace(WEEK_START, str(project.week_start)))
        wall_clock = frozenset({TIME} if query.time.grain is Unit.HOUR else ())
        warnings = [*_warnings(query, period), *_immature(metrics, period, project)]
        return Compiled(sql, columns, tuple(warnings), wall_clock)


@dataclass(frozen=True)
class _Statement:
    query: MetricsQuery
    project: ProjectContext
    period: Period
    metrics: list[Metric]
    measured: Measured
    catalogue: Catalogue

    def sql(self) -> str:
        order = self._order()
        rows = self._filled(self._ranked(self.measured.sql(), order))
        limit = f" LIMIT {self.query.limit}" if self.query.limit and not self._ranks_groups else ""
        by = f" ORDER BY {', '.join(f'{key} {way}' for key, way in order)}" if order else ""
        return f"SELECT {', '.join(self._outputs())} FROM ({rows}){by}{limit}"

    @property
    def _ranks_groups(self) -> bool:
        """With time and groups, `limit` counts groups: rows would cut the series short."""
        grouped = bool(self.query.group_by) and self.query.time.grain is not None
        return grouped and self.query.limit is not None

    def _ranked(self, rows: str, order: list[tuple[str, str]]) -> str:
        """The groups with the highest (or lowest) total of the first metric of the order."""
        if not self._ranks_groups:
            return rows
        groups = ", ".join(self.measured.groups)
        value, way = next((each for each in order if each[0].startswith("m")), ("m0", "DESC"))
        totals = (
            f"SELECT *, sum(ifNull({value}, 0)) OVER (PARTITION BY {groups}) AS total FROM ({rows})"
        )
        place = f"dense_rank() OVER (ORDER BY total {way}, {groups})"
        ranks = f"SELECT *, {place} AS place FROM ({totals})"
        columns = ", ".join([*self.measured.keys, *self.measured.values])
        return f"SELECT {columns} FROM ({ranks}) WHERE place <= {self.query.limit}"

    def _filled(self, rows: str) -> str:
        """Each group gets a row for every bucket; hours that a clock change skips are taken out."""
        grain = self.query.time.grain
        if grain is None:
            return rows
        starts = buckets(self.period, grain, self.project.week_start)
        gaps = fill(starts[0], shift(starts[-1], grain, 1), grain)
        order = ", ".join([*self.measured.groups, f"t {gaps}"])
        filled = f"{rows} ORDER BY {order}"
        skipped = skipped_hours(starts) if grain is Unit.HOUR else []
        if not skipped:
            return filled
        hours = ", ".join(moment(hour, grain) for hour in skipped)
        return f"SELECT * FROM ({filled}) WHERE t NOT IN ({hours})"

    def _outputs(self) -> Iterator[str]:
        if self.query.time.grain:
            yield f"t AS {TIME}"
        for i, name in enumerate(self.query.group_by):
            yield f"{self._dimension(f'd{i}', name)} AS {_quoted(name)}"
        for i, metric in enumerate(self.metrics):
            now, before = self._value(f"m{i}", metric), self._value(f"p{i}", metric)
            yield f"{now} AS {metric.name}"
            if self.query.compare:
                yield f"{before} AS {metric.name}{PREVIOUS}"
                change = f"toFloat64({now} - {before}) / nullIf(toFloat64({before}), 0)"
                yield f"{change} AS {metric.name}{CHANGE}"

    def _dimension(self, column: str, name: str) -> str:
        """What was not sent is stored as '' and shown as missing."""
        is_text = (
            property_path(name) is not None or self.catalogue.dimensions[name].type == "string"
        )
        return f"nullIf({column}, '')" if is_text else column

    def _value(self, column: str, metric: Metric) -> str:
        return f"ifNull({column}, 0)" if metric.is_count else column

    def _order(self) -> list[tuple[str, str]]:
        """As asked; else by time, or the highest first. Groups come last, to make it definite."""
        keys = {name: f"d{i}" for i, name in enumerate(self.query.group_by)}
        if self.query.time.grain:
            keys[TIME] = "t"
        values = {metric.name: f"m{i}" for i, metric in enumerate(self.metrics)}
        if self.query.compare:
            values |= {f"{m.name}{CHANGE}": f"{m.name}{CHANGE}" for m in self.metrics}
        known = keys | values
        order = []
        for each in self.query.order_by:
            if each.field not in known:
                valid = ", ".join(known)
                raise InvalidQuery(f"cannot order by {each.field!r}. Valid: {valid}.")
            order.append((known[each.field], "DESC" if each.descending else "ASC"))
        if not order:
            order = [("t", "ASC")] if self.query.time.grain else []
            order += [("m0", "DESC")] if keys else []
        used = {key for key, _ in order}
        return order + [(key, "ASC") for key in keys.values() if key not in used]


def _columns(
    query: MetricsQuery, metrics: list[Metric], catalogue: Catalogue
) -> tuple[Column, ...]:
    columns = []
    if query.time.grain:
        kind = "datetime" if query.time.grain is Unit.HOUR else "date"
        columns.append(Column(name=TIME, type=kind, label=query.time.grain.capitalize()))
    for name in query.group_by:
        path = property_path(name)
        label = path if path is not None else catalogue.dimensions[name].label
        kind = "string" if path is not None else catalogue.dimensions[name].type
        columns.append(Column(name=name, type=kind, label=label))
    for metric in metrics:
        columns.append(_measure(metric.name, metric.label, metric.unit))
        if query.compare:
            before = _measure(
                metric.name + PREVIOUS, f"{metric.label}, previous period", metric.unit
            )
            change = _measure(metric.name + CHANGE, f"{metric.label}, change", "ratio")
            columns += [before, change]
    names = [column.name for column in columns]
    if len(set(names)) < len(names):
        raise InvalidQuery("two columns have the same name: name each metric and dimension once")
    return tuple(columns)


def _measure(name: str, label: str, unit: str) -> Column:
    return Column(name=name, type="number", unit=unit, label=label)


def _quoted(name: str) -> str:
    if "'__" in name:  # how the markers of values begin
        raise InvalidQuery(f"the name {name!r} cannot be used")
    return "`" + name.replace("\\", "\\\\").replace("`", "\\`") + "`"


def _warnings(query: MetricsQuery, period: Period) -> Iterator[str]:
    if period.is_open:
        unit = query.time.last.unit if query.time.last else query.time.grain or Unit.DAY
        yield f"The current {unit} is not complete yet."


def _immature(metrics: list[Metric], period: Period, project: ProjectContext) -> Iterator[str]:
    """Of metrics of cohorts, whose last one in the period may be too young."""
    for metric in metrics:
        if matures := metric.matures_after:
            last = start_of(shift(period.end, Unit.DAY, -1), matures.unit, project.week_start)
            if shift(last, matures.unit, matures.n) > project.local_now():
                yield f"{metric.label}: cohorts that are too young are left out."
