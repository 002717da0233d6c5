"""The two ways to bring the marts up to date."""

import dagster as dg

from orchestration.defs.control_plane.assets import control_plane_sync
from orchestration.defs.semantics.assets import publish_semantics
from orchestration.defs.warehouse.assets import dbt_models

MODELS = dg.AssetSelection.assets(control_plane_sync, dbt_models)

refresh = dg.define_asset_job(
    "refresh",
    selection=MODELS.without_checks(),
    description="New events into the marts, without data tests: started by the new-data sensor.",
    executor_def=dg.in_process_executor,
)

build = dg.define_asset_job(
    "build",
    selection=MODELS
    | dg.AssetSelection.assets(publish_semantics)
    | dg.AssetSelection.all_asset_checks(),
    description="Every model with every check; with `full_refresh`, from raw data.",
    executor_def=dg.in_process_executor,
)

jobs = (refresh, build)
JOB_NAMES = tuple(job.name for job in jobs)
