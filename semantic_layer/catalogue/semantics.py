"""From dbt's semantic manifest: which metric can be broken down by what.

Follows MetricFlow's own rules (a semantic model's dimensions are reached through its primary
entity, those of another model through a shared entity), so that a query can be refused with the
valid names in microseconds, without MetricFlow.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from semantic_layer.catalogue.model import (
    Dimension,
    DimensionSource,
    Home,
    Maturity,
    Metric,
    Model,
    ValueType,
)
from semantic_layer.queries import Unit

Node = Mapping[str, Any]

FINER_THAN_DAY = frozenset({"nanosecond", "microsecond", "millisecond", "second", "minute", "hour"})
PROPERTIES_COLUMN = "properties"
COUNTED_COLUMN = "is_counted"

_JOINABLE = {
    "foreign": {"primary", "unique", "natural"},
    "unique": {"primary", "unique", "natural"},
}
_INNERMOST = re.compile(r"(?:LowCardinality|Nullable)\((.*)\)$")


class Semantics:
    """The semantic models and metrics of one manifest."""

    def __init__(self, manifest: Node, models: Mapping[str, Model]) -> None:
        self._metrics: dict[str, Node] = {each["name"]: each for each in manifest["metrics"]}
        self._semantic_models: list[Node] = manifest["semantic_models"]
        self._models = models

    def metrics(self) -> Iterator[Metric]:
        """All but components, which are there only for the metrics that they make up or answer."""
        for node in self._metrics.values():
            if not node["config"]["meta"].get("is_component"):
                yield self._metric(node)

    def dimensions(self) -> Iterator[Dimension]:
        """Those that a metric can reach, described by the first model that documents them."""
        reached = {path for metric in self.metrics() for path in metric.sources.items()}
        names = dict.fromkeys(name for name, _ in sorted(reached, key=str))
        for name in names:
            nodes = [node for _, node in self._all_dimensions if node["name"] == name]
            node = max(nodes, key=lambda each: bool(each["description"]))
            model = next(model for model, each in self._all_dimensions if each is node)
            meta = node["config"]["meta"]
            yield Dimension(
                name=name,
                label=node["label"] or _label(name),
                description=node["description"] or self._column_description(model, node),
                synonyms=tuple(meta.get("synonyms", ())),
                type=value_type(self._data_type(model, node)),
            )

    @cached_property
    def _all_dimensions(self) -> list[tuple[Node, Node]]:
        return [(model, node) for model in self._semantic_models for node in model["dimensions"]]

    def _metric(self, node: Node) -> Metric:
        meta = node["config"]["meta"]
        home = self._home_model(node)
        breakdown = meta.get("breakdown_metric")
        matures = meta.get("matures_after")
        return Metric(
            name=node["name"],
            label=node["label"] or _label(node["name"]),
            description=node["description"] or "",
            type=node["type"],
            unit=meta.get("unit", "count"),
            format=meta.get("format", ""),
            synonyms=tuple(meta.get("synonyms", ())),
            home=self._home(home) if home else None,
            sources=self._sources(home) if home else {},
            is_count=_is_count(node),
            daily_breakdown=self._metric(self._metrics[breakdown]) if breakdown else None,
            rollups=tuple(self._metric(self._metrics[name]) for name in meta.get("rollups", ())),
            is_additive=meta.get("is_additive", True),
            omits_zeros=meta.get("omits_zeros", False),
            matures_after=Maturity(matures["n"], Unit(matures["unit"])) if matures else None,
        )

    def _home_model(self, node: Node) -> Node | None:
        names = {measure["name"] for measure in node["type_params"]["input_measures"]}
        owners = [
            model
            for model in self._semantic_models
            if any(measure["name"] in names for measure in model["measures"])
        ]
        return owners[0] if len(owners) == 1 else None

    def _home(self, model: Node) -> Home:
        name = model["node_relation"]["alias"]
        table = self._models.get(name)
        columns = table.columns if table else {}
        time = _default_time(model)
        granularity = time["type_params"]["time_granularity"]
        return Home(
            model=name,
            entity=_primary_entity(model),
            time_column=time["expr"] or time["name"],
            grain=Unit.HOUR if granularity in FINER_THAN_DAY else Unit.DAY,
            date_column=table.date_column if table else None,
            has_properties=PROPERTIES_COLUMN in columns,
            has_uncounted=COUNTED_COLUMN in columns,
        )

    def _sources(self, home: Node) -> dict[str, DimensionSource]:
        """Own dimensions hide those of joined models that carry the same name."""
        found: dict[str, DimensionSource] = {}
        for entity, model in ((_primary_entity(home), home), *self._joined(home)):
            for node in model["dimensions"]:
                if node["type"] == "categorical" and node["name"] != PROPERTIES_COLUMN:
                    source = DimensionSource(
                        f"{entity}__{node['name']}", self._data_type(model, node)
                    )
                    found.setdefault(node["name"], source)
        return found

    def _joined(self, home: Node) -> Iterator[tuple[str, Node]]:
        for entity in home["entities"]:
            targets = _JOINABLE.get(entity["type"], set())
            for model in self._semantic_models:
                if model is home:
                    continue
                for other in model["entities"]:
                    if other["name"] == entity["name"] and other["type"] in targets:
                        yield entity["name"], model

    def _data_type(self, model: Node, node: Node) -> str:
        column = self._column(model, node)
        return column.data_type if column else "String"

    def _column_description(self, model: Node, node: Node) -> str:
        column = self._column(model, node)
        return column.description if column else ""

    def _column(self, model: Node, node: Node) -> Any:
        table = self._models.get(model["node_relation"]["alias"])
        return table.columns.get(node["expr"] or node["name"]) if table else None


def value_type(data_type: str) -> ValueType:
    """The JSON-facing type of a ClickHouse type."""
    inner = data_type
    while match := _INNERMOST.match(inner):
        inner = match.group(1)
    if inner.startswith(("UInt", "Int")):
        return "integer"
    if inner.startswith(("Float", "BFloat", "Decimal")):
        return "number"
    if inner.startswith("DateTime"):
        return "datetime"
    if inner.startswith("Date"):
        return "date"
    if inner == "Bool":
        return "boolean"
    is_nested = inner.startswith(("Array", "Tuple", "Map", "JSON", "Nested", "Dynamic", "Variant"))
    return "json" if is_nested else "string"


def _is_count(node: Node) -> bool:
    """dbt says with `fill_nulls_with: 0` that no rows mean nothing was counted."""
    measure = node["type_params"]["measure"]
    return measure is not None and measure["fill_nulls_with"] == 0


def _default_time(model: Node) -> Node:
    wanted = (model["defaults"] or {}).get("agg_time_dimension")
    times = [node for node in model["dimensions"] if node["type"] == "time"]
    return next((node for node in times if node["name"] == wanted), times[0])


def _primary_entity(model: Node) -> str:
    named: str | None = model["primary_entity"]
    primary = (entity["name"] for entity in model["entities"] if entity["type"] == "primary")
    return named or next(primary)


def _label(name: str) -> str:
    return name.replace("_", " ").capitalize()
