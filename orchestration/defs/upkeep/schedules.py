"""Once a night."""

import dagster as dg

from orchestration.defs.upkeep.jobs import upkeep

nightly_upkeep = dg.ScheduleDefinition(
    name="nightly_upkeep",
    job=upkeep,
    cron_schedule="41 3 * * *",
    default_status=dg.DefaultScheduleStatus.RUNNING,
)

schedules = (nightly_upkeep,)
