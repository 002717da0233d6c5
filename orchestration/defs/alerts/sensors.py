"""Runs that fail are told to the operator's webhook."""

from datetime import timedelta

import dagster as dg

from orchestration.defs.alerts.run_failure import run_failure
from orchestration.settings import settings
from orchestration.webhook import WebhookError, post

# A refresh that fails for one reason fails again with the next events, a minute later.
QUIET = timedelta(minutes=30)


@dg.run_failure_sensor(
    default_status=dg.DefaultSensorStatus.RUNNING,
    minimum_interval_seconds=15,
    description="Posts each failed run to ALERT_WEBHOOK_URL, and of a job that keeps failing the "
    "first one of each series.",
)
def alert_run_failure(context: dg.RunFailureSensorContext) -> dg.SkipReason | None:
    """Never fails itself: a receiver that is away must not stop the alerts of later runs."""
    url = settings().alert_webhook_url.get_secret_value()
    if not url:
        return dg.SkipReason("ALERT_WEBHOOK_URL is not set.")
    if has_just_failed(context.instance, context.dagster_run):
        return dg.SkipReason("The run before it failed a short while ago, which was told.")
    try:
        post(url, run_failure(context, settings().webserver_url).payload())
    except WebhookError as error:
        context.log.error(
            "the failure of run %s was not told: %s", context.dagster_run.run_id, error
        )
        return dg.SkipReason(f"Not delivered: {error}.")
    return None


def has_just_failed(instance: dg.DagsterInstance, run: dg.DagsterRun) -> bool:
    """Whether the last finished run of the job before this one failed, less than `QUIET` before."""
    this = instance.get_run_record_by_id(run.run_id)
    if this is None:
        return False
    finished = [
        dg.DagsterRunStatus.SUCCESS,
        dg.DagsterRunStatus.FAILURE,
        dg.DagsterRunStatus.CANCELED,
    ]
    before = dg.RunsFilter(
        job_name=run.job_name, statuses=finished, created_before=this.create_timestamp
    )
    previous = next(iter(instance.get_run_records(before, limit=1)), None)
    return (
        previous is not None
        and previous.dagster_run.status == dg.DagsterRunStatus.FAILURE
        and this.create_timestamp - previous.create_timestamp < QUIET
    )


sensors = (alert_run_failure,)
