"""The two ways to bring the marts up to date."""

import dagster as dg

from orchestration.defs.control_plane.assets import control_plane_sync
from orchestration.defs.ingest.assets import raw_tables
from orchestration.defs.semantics.assets import publish_semantics
from orchestration.defs.warehouse.assets import dbt_models

# A run whose worker died is tried again as a whole: the models' window is pinned when it starts.
TAGS = {"dagster/retry_strategy": "ALL_STEPS"}

MODELS = dg.AssetSelection.assets(control_plane_sync, dbt_models)
OBSERVED = dg.AssetSelection.assets(raw_tables)
PUBLISHED = dg.AssetSelection.assets(publish_semantics)

refresh = dg.define_asset_job(
    "refresh",
    selection=MODELS.without_checks(),
    description="New events into the marts, without data tests: started by the new-data sensor.",
    tags=TAGS,
    executor_def=dg.in_process_executor,
)

build = dg.define_asset_job(
    "build",
    selection=OBSERVED | MODELS | PUBLISHED | dg.AssetSelection.all_asset_checks(),
    description="Every model with every check; with `full_refresh`, from raw data.",
    tags=TAGS,
    executor_def=dg.in_process_executor,
)

jobs = (refresh, build)
JOB_NAMES = tuple(job.name for job in jobs)
