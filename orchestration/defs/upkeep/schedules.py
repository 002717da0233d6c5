"""Once a night."""

import dagster as dg

from orchestration.defs.upkeep.jobs import upkeep
from orchestration.defs.upkeep.retention import retention

nightly_upkeep = dg.ScheduleDefinition(
    name="nightly_upkeep",
    job=upkeep,
    cron_schedule="41 3 * * *",
    default_status=dg.DefaultScheduleStatus.RUNNING,
)

# Before the upkeep, which advises which partitions the deletion has left worth compacting.
nightly_retention = dg.ScheduleDefinition(
    name="nightly_retention",
    job=retention,
    cron_schedule="11 3 * * *",
    run_config={"ops": {"expire_events": {"config": {"apply": True}}}},
    default_status=dg.DefaultScheduleStatus.RUNNING,
)

schedules = (nightly_upkeep, nightly_retention)
