"""Everything that Dagster runs. This module only merges."""

import dagster as dg

from orchestration.defs.alerts import sensors as alert_sensors
from orchestration.defs.control_plane import assets as control_plane_assets
from orchestration.defs.control_plane import jobs as control_plane_jobs
from orchestration.defs.documentation import assets as documentation_assets
from orchestration.defs.ingest import assets as ingest_assets
from orchestration.defs.quality import assets as quality_assets
from orchestration.defs.quality import checks
from orchestration.defs.semantics import assets as semantics_assets
from orchestration.defs.upkeep import jobs as upkeep_jobs
from orchestration.defs.upkeep import schedules as upkeep_schedules
from orchestration.defs.warehouse import assets as warehouse_assets
from orchestration.defs.warehouse import jobs as warehouse_jobs
from orchestration.defs.warehouse import schedules as warehouse_schedules
from orchestration.defs.warehouse import sensors as warehouse_sensors
from orchestration.defs.warehouse.dbt import dbt_resource
from orchestration.resources import connections
from orchestration.settings import settings

defs = dg.Definitions(
    assets=[
        *control_plane_assets.assets,
        *ingest_assets.assets,
        *warehouse_assets.assets,
        *quality_assets.assets,
        *semantics_assets.assets,
        *documentation_assets.assets,
    ],
    asset_checks=checks.checks,
    jobs=[*control_plane_jobs.jobs, *warehouse_jobs.jobs, *upkeep_jobs.jobs],
    schedules=[*warehouse_schedules.schedules, *upkeep_schedules.schedules],
    sensors=[*warehouse_sensors.sensors, *alert_sensors.sensors],
    resources={
        **connections(settings()),
        "dbt": dbt_resource(warehouse_assets.project),
    },
    executor=dg.in_process_executor,
)
