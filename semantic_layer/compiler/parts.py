"""One MetricFlow statement per group of metrics that reach the dimensions in the same way."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from semantic_layer.catalogue import Catalogue, DimensionSource, Metric
from semantic_layer.compiler.buckets import moment, truncation
from semantic_layer.compiler.conditions import condition, property_condition, property_path
from semantic_layer.compiler.literals import Literals
from semantic_layer.compiler.rendering import (
    COUNTED,
    PARTITION_DATE,
    PROPERTY_SLOTS,
    MetricRenderer,
    Request,
    property_dimension,
    property_marker,
)
from semantic_layer.compiler.rollups import cheapest
from semantic_layer.errors import InvalidDimension, InvalidQuery
from semantic_layer.periods import Period
from semantic_layer.queries import Filter, MetricsQuery, Unit
from warehouse.sql_policy import quote


@dataclass(frozen=True)
class Part:
    """Metrics that one MetricFlow statement answers.

    `asked` are the query's, `answered` those that MetricFlow computes: one for each, in the same
    order, from rollups where these fit; but only one where the daily values of another metric are
    averaged.
    """

    asked: tuple[Metric, ...]
    answered: tuple[Metric, ...]
    is_daily_mean: bool


def parts(query: MetricsQuery, metrics: Sequence[Metric], period: Period) -> list[Part]:
    """The query's metrics, grouped by what answers them."""
    fields = _fields(query)
    groups: dict[object, list[tuple[Metric, Metric]]] = {}
    for metric in metrics:
        needs_breakdown = any(name not in metric.sources for name in fields)
        breakdown = metric.daily_breakdown if needs_breakdown else None
        answered = breakdown or cheapest(metric, fields, query.time.grain, period)
        model = answered.home.model if answered.home else None
        key = (model, breakdown and metric.name)
        groups.setdefault(key, []).append((metric, answered))
    return [_part(group) for group in groups.values()]


def _part(group: list[tuple[Metric, Metric]]) -> Part:
    asked, answered = zip(*group, strict=True)
    return Part(asked, answered, is_daily_mean=answered[0] is asked[0].daily_breakdown)


def check(query: MetricsQuery, metrics: Sequence[Metric], catalogue: Catalogue) -> None:
    """Raises for a dimension or grain that a metric does not have."""
    for metric in metrics:
        _check(metric, _fields(query), query.time.grain, catalogue)


def _fields(query: MetricsQuery) -> list[str]:
    return [*query.group_by, *(each.field for each in query.where)]


def _check(metric: Metric, fields: Sequence[str], grain: Unit | None, catalogue: Catalogue) -> None:
    for name in fields:
        if property_path(name) is not None:
            if not metric.has_properties:
                raise InvalidDimension(metric.name, name, metric.dimensions)
        else:
            catalogue.check_dimension(metric, name)
    if grain is not None and grain not in metric.grains:
        valid = ", ".join(metric.grains)
        raise InvalidQuery(f"{metric.name} has no values by {grain}. Valid grains: {valid}.")


@dataclass(frozen=True)
class Source:
    """A SELECT and what its columns mean: `values` maps names of metrics to columns."""

    sql: str
    time: str
    groups: tuple[str, ...]
    values: dict[str, str]


@dataclass
class PartStatement:
    """What one part gives for one period."""

    part: Part
    query: MetricsQuery
    period: Period
    literals: Literals
    metricflow: MetricRenderer

    def source(self) -> Source:
        statement = self.metricflow.render(self._request)
        for slot, path in enumerate(self._property_paths):
            keys = ", ".join(quote(key) for key in path.split("."))
            statement = statement.replace(property_marker(slot), self.literals.sql(keys))
        if self.part.is_daily_mean:
            return self._daily_mean(statement)
        pairs = zip(self.part.asked, self.part.answered, strict=True)
        values = {asked.name: answered.name for asked, answered in pairs}
        if self.query.group_by and all(metric.omits_zeros for metric in self.part.asked):
            counted = " OR ".join(f"{value} != 0" for value in values.values())
            statement = f"SELECT * FROM ({statement}) WHERE {counted}"
        return Source(statement, f"metric_time__{self._grain}", tuple(self._group_paths), values)

    def _daily_mean(self, statement: str) -> Source:
        """Days without a row count as zero: the sum is divided by the days that have a figure."""
        metric, (answered,) = self.part.asked[0], self.part.answered
        grain, groups = self.query.time.grain, tuple(self._group_paths)
        bucket = [f"{truncation('metric_time__day', grain)} AS bucket"] if grain else []
        daily = ", ".join([*bucket, *groups, answered.name])
        keys = [*(["bucket"] if grain else []), *groups]
        join = "INNER JOIN days USING (bucket)" if grain else "CROSS JOIN days"
        by_key = f" GROUP BY {', '.join(keys)}" if keys else ""
        sql = (
            f"WITH days AS ({self._days(metric, grain)}) "
            f"SELECT {', '.join([*keys, f'sum({answered.name}) / any(days) AS mean'])} "
            f"FROM (SELECT {daily} FROM ({statement})) AS daily {join}{by_key}"
        )
        return Source(sql, "bucket", groups, {metric.name: "mean"})

    def _days(self, metric: Metric, grain: Unit | None) -> str:
        """How many days of the period, or of each bucket, have a figure of the metric itself."""
        home = metric.home
        assert home is not None
        first = self.literals.value(self.period.first_day)
        end = self.literals.value(self.period.end_day)
        source = (
            f"FROM analytics.{home.model} WHERE {home.time_column} >= {first} "
            f"AND {home.time_column} < {end}"
        )
        if grain is None:
            return f"SELECT count() AS days {source}"
        bucket = truncation(home.time_column, grain)
        return f"SELECT {bucket} AS bucket, count() AS days {source} GROUP BY bucket"

    @cached_property
    def _request(self) -> Request:
        time = [f"metric_time__{self._grain}"] if self._grain else []
        conditions = (*self._time_conditions(), *self._field_conditions())
        names = tuple(metric.name for metric in self.part.answered)
        return Request(names, (*time, *self._group_paths), conditions)

    @property
    def _grain(self) -> Unit | None:
        return Unit.DAY if self.part.is_daily_mean else self.query.time.grain

    @cached_property
    def _group_paths(self) -> list[str]:
        return [self._source(name).path for name in self.query.group_by]

    @cached_property
    def _property_paths(self) -> list[str]:
        """The distinct properties of the query, each at the slot that stands for it."""
        fields = [*self.query.group_by, *(each.field for each in self.query.where)]
        paths = dict.fromkeys(path for name in fields if (path := property_path(name)) is not None)
        if len(paths) > PROPERTY_SLOTS:
            raise InvalidQuery(f"a query can use {PROPERTY_SLOTS} properties at most")
        return list(paths)

    def _source(self, name: str) -> DimensionSource:
        metric = self.part.answered[0]
        path = property_path(name)
        if path is None:
            return metric.sources[name]
        assert metric.home is not None
        slot = property_dimension(self._property_paths.index(path))
        return DimensionSource(f"{metric.home.entity}__{slot}", "String")

    def _time_conditions(self) -> Iterator[str]:
        home = self.part.answered[0].home
        grain = home.grain if home else Unit.DAY
        if grain is Unit.DAY and not self.period.is_whole_days:
            names = ", ".join(metric.name for metric in self.part.asked)
            raise InvalidQuery(f"{names} can only be asked for whole days")
        column = f"{{{{ TimeDimension('metric_time', '{grain}') }}}}"
        yield f"{column} >= {self.literals.sql(moment(self.period.start, grain))}"
        yield f"{column} < {self.literals.sql(moment(self.period.end, grain))}"
        if home and home.date_column:
            date = f"{{{{ Dimension('{home.entity}__{PARTITION_DATE}') }}}}"
            yield f"{date} >= {self.literals.value(self.period.first_day)}"
            yield f"{date} < {self.literals.value(self.period.end_day)}"
        if home and home.has_uncounted:
            yield f"{{{{ Dimension('{home.entity}__{COUNTED}') }}}}"

    def _field_conditions(self) -> Iterator[str]:
        for given in self.query.where:
            yield self._condition(given)

    def _condition(self, given: Filter) -> str:
        source = self._source(given.field)
        column = f"{{{{ Dimension('{source.path}') }}}}"
        if property_path(given.field) is not None:
            return property_condition(column, given, self.literals)
        return condition(column, source.data_type, given, self.literals)
