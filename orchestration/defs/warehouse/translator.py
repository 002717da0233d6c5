"""How a dbt model appears in Dagster."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtProject

from orchestration.ownership import DATA_TEAM

MARTS_DATABASE = "analytics"
# The hourly build refreshes every mart even when no event arrives; a full build of 10M events takes
# minutes, so two missed hours mean that something is broken, not slow.
MARTS_FRESHNESS = dg.FreshnessPolicy.time_window(
    fail_window=timedelta(hours=2), warn_window=timedelta(minutes=75)
)
MATERIALIZATION_KINDS = {
    "view": "view",
    "materialized_view": "view",
    "table": "table",
    "incremental": "table",
    "seed": "seed",
}


class WarehouseTranslator(DagsterDbtTranslator):
    """Keys are `<database>/<table>`, groups are the layers, marts have a freshness policy."""

    def __init__(self) -> None:
        super().__init__(
            DagsterDbtTranslatorSettings(
                enable_code_references=True,
                # As checks of dbt's own step they would exempt that step from every blocking check
                # on the same source, ours on raw.events included.
                enable_source_tests_as_checks=False,
            )
        )

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        return dg.AssetKey([dbt_resource_props["schema"], dbt_resource_props["name"]])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        return layer(dbt_resource_props)

    def get_description(self, dbt_resource_props: Mapping[str, Any]) -> str:
        return str(dbt_resource_props.get("description") or "")

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> Sequence[str] | None:
        return super().get_owners(dbt_resource_props) or [DATA_TEAM]

    def get_asset_spec(
        self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None
    ) -> dg.AssetSpec:
        spec = super().get_asset_spec(manifest, unique_id, project)
        props = self.get_resource_props(manifest, unique_id)
        materialized = str(props.get("config", {}).get("materialized", ""))
        kinds = {*spec.kinds, *filter(None, [MATERIALIZATION_KINDS.get(materialized)])}
        spec = spec.replace_attributes(kinds=kinds)
        if props["schema"] == MARTS_DATABASE:
            spec = spec.replace_attributes(freshness_policy=MARTS_FRESHNESS)
        return spec


def layer(dbt_resource_props: Mapping[str, Any]) -> str:
    """staging, intermediate or marts: the folder below `models/`."""
    folders = dbt_resource_props["fqn"][1:-1]
    return str(folders[0]) if folders else str(dbt_resource_props["resource_type"])
