"""Builds by the clock: checks run even when no event arrives."""

import dagster as dg

from orchestration.defs.warehouse.jobs import build

hourly_build = dg.ScheduleDefinition(
    name="hourly_build",
    job=build,
    cron_schedule="7 * * * *",  # not at :00, when the sensor takes the last events of the hour
    default_status=dg.DefaultScheduleStatus.RUNNING,
)

schedules = (hourly_build,)
