"""Settings into the warehouse without building models: takes a second."""

import dagster as dg

from orchestration.defs.control_plane.assets import control_plane_sync

sync_control_plane = dg.define_asset_job(
    "sync_control_plane",
    selection=dg.AssetSelection.assets(control_plane_sync),
    description="Projects, saved funnels and the tracking plan from PostgreSQL.",
    executor_def=dg.in_process_executor,
)

jobs = (sync_control_plane,)
