"""Semantic models, metrics and exposures of the dbt manifest, as asset specs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Any

import dagster as dg

from orchestration.ownership import DATA_TEAM

GROUP = "semantic_layer"
MATERIALIZED_TYPES = ("semantic_models", "metrics")
"""Collections of the manifest that the semantic layer publishes; exposures only read from them."""


@dataclass(frozen=True)
class SemanticNode:
    key: dg.AssetKey
    kind: str
    node: Mapping[str, Any]


def semantic_nodes(manifest: Mapping[str, Any]) -> list[SemanticNode]:
    """What `MATERIALIZED_TYPES` hold, each after what it is made of, as Dagster builds them."""
    found = {
        unique_id: SemanticNode(
            dg.AssetKey([collection, node["name"]]), collection.rstrip("s"), node
        )
        for collection in MATERIALIZED_TYPES
        for unique_id, node in manifest[collection].items()
    }
    made_of = {unique_id: item.node["depends_on"]["nodes"] for unique_id, item in found.items()}
    order = TopologicalSorter(made_of).static_order()
    return [found[unique_id] for unique_id in order if unique_id in found]


def semantic_spec(item: SemanticNode, manifest: Mapping[str, Any]) -> dg.AssetSpec:
    return dg.AssetSpec(
        item.key,
        deps=list(dependencies(item.node, manifest)),
        description=item.node.get("description") or item.node.get("label") or "",
        group_name=GROUP,
        owners=[DATA_TEAM],
        kinds={"dbt", item.kind},
        metadata=definition(item.node),
        skippable=True,
    )


def exposure_specs(manifest: Mapping[str, Any]) -> list[dg.AssetSpec]:
    """Dashboards and the like: they end the lineage and are not built by us."""
    return [
        dg.AssetSpec(
            ["exposures", node["name"]],
            deps=list(dependencies(node, manifest)),
            description=node.get("description") or "",
            group_name=GROUP,
            owners=[DATA_TEAM],
            kinds={"dbt", "exposure"},
            metadata={"url": dg.MetadataValue.url(node["url"])} if node.get("url") else {},
        )
        for node in manifest["exposures"].values()
    ]


def dependencies(node: Mapping[str, Any], manifest: Mapping[str, Any]) -> Iterator[dg.AssetKey]:
    """Keys of the models, semantic models and metrics that a node is made of."""
    for unique_id in node["depends_on"]["nodes"]:
        kind, _, _ = unique_id.partition(".")
        if kind == "model":
            model = manifest["nodes"][unique_id]
            yield dg.AssetKey([model["schema"], model["name"]])
        elif kind == "semantic_model":
            yield dg.AssetKey(["semantic_models", manifest["semantic_models"][unique_id]["name"]])
        elif kind == "metric":
            yield dg.AssetKey(["metrics", manifest["metrics"][unique_id]["name"]])


def definition(node: Mapping[str, Any]) -> dict[str, dg.MetadataValue]:
    """What people ask about a metric or a semantic model."""
    meta = node.get("config", {}).get("meta", {})
    lines = {
        "label": node.get("label"),
        "type": node.get("type"),
        "unit": meta.get("unit"),
        "synonyms": ", ".join(meta.get("synonyms", ())),
        "measures": ", ".join(item["name"] for item in node.get("measures", ())),
        "dimensions": ", ".join(item["name"] for item in node.get("dimensions", ())),
        "file": node.get("original_file_path"),
    }
    return {name: dg.MetadataValue.text(str(value)) for name, value in lines.items() if value}
