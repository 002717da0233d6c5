"""What can be asked: the documented models, metrics and dimensions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from typing import Literal

from semantic_layer.errors import InvalidDimension, UnknownDimension, UnknownMetric
from semantic_layer.queries import Unit

ValueType = Literal["string", "number", "integer", "boolean", "date", "datetime", "json"]

NEAR_MATCHES = 3
NEAR_CUTOFF = 0.6  # difflib's ratio: takes `dua` to `dau` (0.67), leaves `weather` alone


@dataclass(frozen=True)
class Column:
    """`data_type` is ClickHouse's, empty when the model's contract does not give it."""

    name: str
    data_type: str
    description: str


@dataclass(frozen=True)
class Model:
    """A documented table, partitioned by `date_column` if any.

    `is_shared` ones hold no project's rows, such as a calendar.
    """

    name: str
    database: str
    description: str
    columns: Mapping[str, Column]
    is_shared: bool = False
    date_column: str | None = None


@dataclass(frozen=True)
class Dimension:
    """Something to break down or filter by, under one name for all metrics that have it."""

    name: str
    label: str
    description: str
    synonyms: tuple[str, ...]
    type: ValueType


@dataclass(frozen=True)
class DimensionSource:
    """How one metric reaches a dimension: MetricFlow's name and the type of its values."""

    path: str
    data_type: str


@dataclass(frozen=True)
class Home:
    """The one semantic model that all of a metric's measures come from.

    `grain` is that of its time dimension: hour, or day where only days are kept. `date_column` is
    the column by which the table is partitioned, in the project's zone. `has_uncounted` when the
    table also keeps rows that no metric counts, such as those of bots.
    """

    model: str
    entity: str
    time_column: str
    grain: Unit
    date_column: str | None
    has_properties: bool
    has_uncounted: bool


@dataclass(frozen=True)
class Maturity:
    """`n` units from the start of a cohort its figure is final; until then it is left out."""

    n: int
    unit: Unit


@dataclass(frozen=True)
class Metric:
    """`type` is MetricFlow's: simple, ratio, derived or cumulative.

    `is_count` is true where nothing to count means 0 and not "unknown". `daily_breakdown` names the
    metric whose daily values are averaged when this one, a figure per day, is broken down by or
    filtered on what it does not have itself. `home` is None when measures come from several models:
    then only time is common to them.

    `rollups` have the same figure in smaller tables, for queries that these can answer; the first
    that can does. One that is not `is_additive` has the figures of its own grain only. A metric
    that `omits_zeros` has no row for a group in which it is 0.
    """

    name: str
    label: str
    description: str
    type: str
    unit: str
    format: str
    synonyms: tuple[str, ...]
    home: Home | None
    sources: Mapping[str, DimensionSource]
    is_count: bool
    daily_breakdown: "Metric | None" = None
    rollups: "tuple[Metric, ...]" = ()
    is_additive: bool = True
    omits_zeros: bool = False
    matures_after: Maturity | None = None

    @property
    def dimensions(self) -> tuple[str, ...]:
        """The valid ones, time aside."""
        return tuple(self.daily_breakdown.sources if self.daily_breakdown else self.sources)

    @property
    def grains(self) -> tuple[Unit, ...]:
        is_hourly = self.home is not None and self.home.grain is Unit.HOUR
        return tuple(unit for unit in Unit if unit is not Unit.HOUR or is_hourly)

    @property
    def has_properties(self) -> bool:
        """Whether `properties.<name>` can be used with it."""
        home = self.daily_breakdown.home if self.daily_breakdown else self.home
        return home is not None and home.has_properties


@dataclass(frozen=True)
class Catalogue:
    """Everything that a query may name. Immutable; `manifest_hash` changes when anything does."""

    metrics: Mapping[str, Metric]
    dimensions: Mapping[str, Dimension]
    models: Mapping[str, Model]
    manifest_hash: str
    semantic_manifest: str = field(repr=False)

    def metric(self, name: str) -> Metric:
        """Raises UnknownMetric with the names spelt alike."""
        if name in self.metrics:
            return self.metrics[name]
        raise UnknownMetric(name, _closest(name, self._metric_words))

    def dimension(self, name: str) -> Dimension:
        """Raises UnknownDimension with the names spelt alike."""
        if name in self.dimensions:
            return self.dimensions[name]
        raise UnknownDimension(name, _closest(name, self._dimension_words))

    def check_dimension(self, metric: Metric, name: str) -> None:
        """Raises UnknownDimension, or InvalidDimension with the dimensions that the metric has."""
        if name not in metric.dimensions:
            self.dimension(name)
            raise InvalidDimension(metric.name, name, metric.dimensions)

    @cached_property
    def _metric_words(self) -> dict[str, str]:
        return _words(self.metrics.values())

    @cached_property
    def _dimension_words(self) -> dict[str, str]:
        return _words(self.dimensions.values())


def near(name: str, names: Iterable[str]) -> list[str]:
    """Up to three of `names` that are spelt like `name`, the closest first."""
    return _closest(name, {_normalised(each): each for each in names})


def _closest(name: str, words: Mapping[str, str]) -> list[str]:
    """As `near`, where a name has several spellings: `words` are spelling → name."""
    matches = get_close_matches(_normalised(name), words, n=NEAR_MATCHES * 3, cutoff=NEAR_CUTOFF)
    return list(dict.fromkeys(words[match] for match in matches))[:NEAR_MATCHES]


def _words(named: Iterable[Metric | Dimension]) -> dict[str, str]:
    words: dict[str, str] = {}
    for each in named:
        for word in (each.name, each.label, *each.synonyms):
            words.setdefault(_normalised(word), each.name)
    return words


def _normalised(word: str) -> str:
    return word.lower().replace("_", " ").strip()
