"""The documented models, metrics and dimensions: nothing outside them can be named."""

from semantic_layer.catalogue.load import DOCUMENTED_DATABASE, TENANT_COLUMN, build, load
from semantic_layer.catalogue.model import (
    Catalogue,
    Column,
    Dimension,
    DimensionSource,
    Metric,
    Model,
    near,
)
from semantic_layer.catalogue.semantics import value_type

__all__ = [
    "DOCUMENTED_DATABASE",
    "TENANT_COLUMN",
    "Catalogue",
    "Column",
    "Dimension",
    "DimensionSource",
    "Metric",
    "Model",
    "build",
    "load",
    "near",
    "value_type",
]
