"""The documented models, metrics and dimensions: nothing outside them can be named."""

from semantic_layer.catalogue.load import DOCUMENTED_DATABASE, TENANT_COLUMN, build, load
from semantic_layer.catalogue.model import (
    Catalogue,
    Column,
    Dimension,
    DimensionSource,
    Home,
    Maturity,
    Metric,
    Model,
    near,
)
from semantic_layer.catalogue.semantics import COUNTED_COLUMN, PROPERTIES_COLUMN, value_type

__all__ = [
    "COUNTED_COLUMN",
    "DOCUMENTED_DATABASE",
    "PROPERTIES_COLUMN",
    "TENANT_COLUMN",
    "Catalogue",
    "Column",
    "Dimension",
    "DimensionSource",
    "Home",
    "Maturity",
    "Metric",
    "Model",
    "build",
    "load",
    "near",
    "value_type",
]
