"""The ways to bring the marts up to date."""

from collections.abc import Mapping
from typing import Any

import dagster as dg

from orchestration.defs.control_plane.assets import control_plane_sync
from orchestration.defs.ingest.assets import raw_tables
from orchestration.defs.semantics.assets import publish_semantics
from orchestration.defs.warehouse.assets import dbt_models

# By key: its module reads this package's assets.
DOCUMENTATION = dg.AssetKey(["docs", "warehouse"])
# A run whose worker died is tried again as a whole: the models' window is pinned when it starts.
TAGS = {"dagster/retry_strategy": "ALL_STEPS"}

MODELS = dg.AssetSelection.assets(control_plane_sync, dbt_models)
OBSERVED = dg.AssetSelection.assets(raw_tables)
PUBLISHED = dg.AssetSelection.assets(publish_semantics, DOCUMENTATION)

refresh = dg.define_asset_job(
    "refresh",
    selection=MODELS.without_checks(),
    description="New events into the marts, without data tests: started by the new-data sensor.",
    tags=TAGS,
    executor_def=dg.in_process_executor,
)

EVERYTHING = OBSERVED | MODELS | PUBLISHED | dg.AssetSelection.all_asset_checks()

build = dg.define_asset_job(
    "build",
    selection=EVERYTHING,
    description="Every model with every check; with `full_refresh`, from raw data.",
    tags=TAGS,
    executor_def=dg.in_process_executor,
)


def days_of_models(config: Mapping[str, Any]) -> dict[str, Any]:
    """What the launchpad asks for, as the configuration of the run."""
    return {"ops": {"dbt_models": {"config": dict(config)}}}


rebuild_days = dg.define_asset_job(
    "rebuild_days",
    selection=EVERYTHING,
    description="The days from `from_day` to `to_day` (YYYY-MM-DD, both included) built anew from "
    "raw events, with every check; without `to_day`, all days since. Costs what has been loaded "
    "since the first event of these days.",
    config=dg.ConfigMapping(
        config_fn=days_of_models,
        config_schema={
            "from_day": dg.Field(str, description="First day, such as 2026-01-31."),
            "to_day": dg.Field(str, default_value="", description="Last day, included."),
        },
    ),
    tags=TAGS,
    executor_def=dg.in_process_executor,
)

jobs = (refresh, build, rebuild_days)
JOB_NAMES = tuple(job.name for job in jobs)
