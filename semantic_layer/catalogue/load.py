"""Reads the catalogue out of the two artifacts of `dbt parse`: no connection, no dbt import."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from semantic_layer.catalogue.model import Catalogue, Column, Dimension, Metric, Model
from semantic_layer.catalogue.semantics import Semantics
from semantic_layer.errors import CatalogueUnavailable

DOCUMENTED_DATABASE = "analytics"
"""The only database whose models can be named."""

TENANT_COLUMN = "project_id"

_PARTITION_DATE = re.compile(r"toYYYYMM\((\w+)\)")


def load(manifest_dir: Path) -> Catalogue:
    """The catalogue of a dbt `target` directory. Raises CatalogueUnavailable if it is missing."""
    manifest = json.loads(_read(manifest_dir / "manifest.json"))
    return build(manifest, _read(manifest_dir / "semantic_manifest.json"))


def build(manifest: Mapping[str, Any], semantic_text: str) -> Catalogue:
    """The catalogue of dbt's manifest and of the text of its semantic manifest."""
    semantic = json.loads(semantic_text)
    models = {model.name: model for model in _models(manifest, _spines(semantic))}
    semantics = Semantics(semantic, models)
    metrics = {metric.name: metric for metric in semantics.metrics()}
    dimensions = {dimension.name: dimension for dimension in semantics.dimensions()}
    digest = _digest(semantic_text, metrics, dimensions, models)
    return Catalogue(metrics, dimensions, models, digest, semantic_text)


def _models(manifest: Mapping[str, Any], spines: frozenset[str]) -> Iterator[Model]:
    for node in manifest["nodes"].values():
        if node["resource_type"] != "model" or node["schema"] != DOCUMENTED_DATABASE:
            continue
        columns = {
            name: Column(name, column.get("data_type") or "", column.get("description") or "")
            for name, column in node["columns"].items()
        }
        name = node["alias"]
        is_shared = name in spines or bool(node["config"]["meta"].get("shared"))
        if columns and (is_shared or TENANT_COLUMN in columns):
            description = " ".join(node["description"].split())
            partition = _PARTITION_DATE.search(str(node["config"].get("partition_by") or ""))
            date_column = partition.group(1) if partition else None
            yield Model(name, DOCUMENTED_DATABASE, description, columns, is_shared, date_column)


def _spines(semantic: Mapping[str, Any]) -> frozenset[str]:
    """Calendars: they hold no project's rows, and MetricFlow joins them as they are."""
    spines = semantic["project_configuration"]["time_spines"]
    return frozenset(spine["node_relation"]["alias"] for spine in spines)


def _digest(
    semantic_text: str,
    metrics: Mapping[str, Metric],
    dimensions: Mapping[str, Dimension],
    models: Mapping[str, Model],
) -> str:
    """Of what queries depend on; the artifacts themselves also hold the time of the run."""
    content = repr(
        (semantic_text, list(metrics.items()), list(dimensions.items()), list(models.items()))
    )
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except OSError:
        raise CatalogueUnavailable(f"{path} cannot be read: run `dbt parse` first") from None
