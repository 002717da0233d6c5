"""The semantic layer: metrics are published when the marts that they read are built and checked."""

import hashlib
import json
from collections.abc import Iterator

import dagster as dg

from orchestration.defs.semantics.manifest_nodes import (
    SemanticNode,
    exposure_specs,
    semantic_nodes,
    semantic_spec,
)
from orchestration.defs.warehouse.assets import project

manifest = json.loads(project.manifest_path.read_text())
nodes = semantic_nodes(manifest)


@dg.multi_asset(
    specs=[semantic_spec(item, manifest) for item in nodes],
    name="publish_semantics",
    can_subset=True,
)
def publish_semantics(
    context: dg.AssetExecutionContext,
) -> Iterator[dg.MaterializeResult[None]]:
    """Record which definition of each metric holds for the marts as they are now."""
    for item in nodes:
        if item.key in context.selected_asset_keys:
            yield dg.MaterializeResult(asset_key=item.key, data_version=definition_version(item))


def definition_version(item: SemanticNode) -> dg.DataVersion:
    """Changes with the definition, not with the time at which dbt parsed it."""
    definition = {name: value for name, value in item.node.items() if name != "created_at"}
    return dg.DataVersion(hashlib.sha256(json.dumps(definition).encode()).hexdigest())


assets: tuple[dg.AssetsDefinition | dg.AssetSpec, ...] = (
    publish_semantics,
    *exposure_specs(manifest),
)
