"""The numbers of a metrics query before they are ranked, filled and named.

Columns are `t` (bucket), `d0`… (dimensions), `m0`… (metrics) and `p0`… (the same metrics in the
period before, at the bucket of this period that they are compared with).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from semantic_layer.catalogue import Metric
from semantic_layer.compiler.buckets import moments
from semantic_layer.compiler.literals import Literals
from semantic_layer.compiler.parts import Part, PartStatement, Source, parts
from semantic_layer.compiler.rendering import MetricRenderer
from semantic_layer.periods import Period, buckets, previous
from semantic_layer.project import ProjectContext
from semantic_layer.queries import MetricsQuery


@dataclass(frozen=True)
class Measured:
    """One row for each bucket and group for which any part has a row."""

    query: MetricsQuery
    project: ProjectContext
    period: Period
    metrics: list[Metric]
    literals: Literals
    metricflow: MetricRenderer

    @property
    def groups(self) -> list[str]:
        return [f"d{i}" for i in range(len(self.query.group_by))]

    @property
    def keys(self) -> list[str]:
        return [*(["t"] if self.query.time.grain else []), *self.groups]

    @property
    def values(self) -> list[str]:
        numbers = range(len(self.metrics))
        before = [f"p{i}" for i in numbers] if self.query.compare else []
        return [*(f"m{i}" for i in numbers), *before]

    def sql(self) -> str:
        selects = [self._current(part) for part in self._parts(self.period)]
        if self.query.compare:
            before = previous(self.period, self.query.time)
            selects += [self._before(part, before) for part in self._parts(before)]
        if len(selects) == 1:
            return selects[0]
        columns = [*self.keys, *(f"max({value}) AS {value}" for value in self.values)]
        by_key = f" GROUP BY {', '.join(self.keys)}" if self.keys else ""
        return f"SELECT {', '.join(columns)} FROM ({' UNION ALL '.join(selects)}){by_key}"

    def _parts(self, period: Period) -> list[Part]:
        return parts(self.query, self.metrics, period)

    def _source(self, part: Part, period: Period) -> Source:
        statement = PartStatement(part, self.query, period, self.literals, self.metricflow)
        return statement.source()

    def _current(self, part: Part) -> str:
        source = self._source(part, self.period)
        time = [f"{source.time} AS t"] if self.query.time.grain else []
        columns = ", ".join([*time, *self._columns(source, "m")])
        return f"SELECT {columns} FROM ({source.sql})"

    def _before(self, part: Part, before: Period) -> str:
        source = self._source(part, before)
        columns = list(self._columns(source, "p"))
        if self.query.time.grain is None:
            return f"SELECT {', '.join(columns)} FROM ({source.sql})"
        now, then = self._aligned_buckets(before)
        time = f"arrayElement({now}, indexOf({then}, {source.time})) AS t"
        where = f"has({then}, {source.time})"
        return f"SELECT {', '.join([time, *columns])} FROM ({source.sql}) WHERE {where}"

    def _columns(self, source: Source, prefix: str) -> Iterator[str]:
        """Values that a part does not hold are NULL: `max` then picks the one that does."""
        for name, path in zip(self.groups, source.groups, strict=True):
            yield f"{path} AS {name}"
        held = {
            f"{prefix}{i}": f"toNullable({source.values[metric.name]})"
            for i, metric in enumerate(self.metrics)
            if metric.name in source.values
        }
        yield from (f"{held.get(value, 'NULL')} AS {value}" for value in self.values)

    def _aligned_buckets(self, before: Period) -> tuple[str, str]:
        """The k-th bucket of the period before stands beside the k-th of this one."""
        grain, week_start = self.query.time.grain, self.project.week_start
        assert grain is not None
        pairs = list(
            zip(
                buckets(self.period, grain, week_start),
                buckets(before, grain, week_start),
                strict=False,
            )
        )
        return moments([now for now, _ in pairs], grain), moments(
            [then for _, then in pairs], grain
        )
