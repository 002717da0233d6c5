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
    Metric,
    Model,
    ValueType,
)

Node = Mapping[str, Any]

FINER_THAN_DAY = frozenset({"nanosecond", "microsecond", "millisecond", "second", "minute", "hour"})
COUNTING = frozenset({"sum", "count", "count_distinct", "sum_boolean"})
PROPERTIES_COLUMN = "properties"

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
        for name in self._metrics:
            yield self._metric(self._metrics[name])

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
        sources = [self._measure_source(name) for name in self._measures(node)]
        semantic_models = {source[0]["name"]: source[0] for source in sources}
        home = next(iter(semantic_models.values())) if len(semantic_models) == 1 else None
        meta = node["config"]["meta"]
        return Metric(
            name=node["name"],
            label=node["label"] or _label(node["name"]),
            description=node["description"] or "",
            type=node["type"],
            unit=meta.get("unit", "count"),
            format=meta.get("format", ""),
            synonyms=tuple(meta.get("synonyms", ())),
            sources=self._sources(home) if home else {},
            time_dimension="metric_time",
            is_count=node["type"] in ("simple", "cumulative") and _counts(sources),
            hourly=_hourly(home) if home else None,
            properties=self._properties(home) if home else None,
            models=tuple(model["node_relation"]["alias"] for model in semantic_models.values()),
        )

    def _measures(self, node: Node) -> list[str]:
        return [measure["name"] for measure in node["type_params"]["input_measures"]]

    def _measure_source(self, name: str) -> tuple[Node, Node]:
        for model in self._semantic_models:
            for measure in model["measures"]:
                if measure["name"] == name:
                    return model, measure
        raise KeyError(name)

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

    def _properties(self, home: Node) -> str | None:
        model = self._models.get(home["node_relation"]["alias"])
        has_properties = model is not None and PROPERTIES_COLUMN in model.columns
        return PROPERTIES_COLUMN if has_properties else None

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


def _counts(sources: list[tuple[Node, Node]]) -> bool:
    return all(measure["agg"] in COUNTING for _, measure in sources)


def _hourly(model: Node) -> str | None:
    for node in model["dimensions"]:
        if node["type"] == "time" and node["type_params"]["time_granularity"] in FINER_THAN_DAY:
            return f"{_primary_entity(model)}__{node['name']}"
    return None


def _primary_entity(model: Node) -> str:
    named: str | None = model["primary_entity"]
    primary = (entity["name"] for entity in model["entities"] if entity["type"] == "primary")
    return named or next(primary)


def _label(name: str) -> str:
    return name.replace("_", " ").capitalize()
