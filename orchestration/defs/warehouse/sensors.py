"""New events start a refresh."""

import time
from dataclasses import dataclass

import dagster as dg

from orchestration.defs.ingest.assets import RAW_EVENTS, load_metadata
from orchestration.defs.ingest.loads import new_loads
from orchestration.defs.warehouse.jobs import JOB_NAMES, refresh
from orchestration.resources import Warehouse

INTERVAL_SECONDS = 10
# A refresh of little data takes some 20 CPU-s, so a steady stream of events may take a third of one
# core for keeping the marts fresh, and no more.
REST_FACTOR = 2.0
UNFINISHED = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


@dataclass(frozen=True)
class LastRun:
    """Times are in seconds since the epoch; `ended` is missing while the run waits or works."""

    started: float | None
    ended: float | None

    @property
    def is_unfinished(self) -> bool:
        return self.ended is None

    def rests_until(self) -> float:
        """When the next run may start: after twice the time that this one took."""
        if self.started is None or self.ended is None:
            return 0.0
        return self.ended + REST_FACTOR * (self.ended - self.started)


def last_runs(instance: dg.DagsterInstance) -> list[LastRun]:
    """The newest run of each job that builds models."""
    records = [
        record
        for job_name in JOB_NAMES
        for record in instance.get_run_records(dg.RunsFilter(job_name=job_name), limit=1)
    ]
    return [
        LastRun(
            record.start_time,
            None if record.dagster_run.status in UNFINISHED else record.end_time or 0.0,
        )
        for record in records
    ]


def reason_to_wait(runs: list[LastRun], now: float) -> str | None:
    """Why no run is to be started now, if so: the rule that prevents a storm of runs."""
    if any(run.is_unfinished for run in runs):
        return "A build is queued or running; it may take these events with it."
    wait = max((run.rests_until() for run in runs), default=0.0) - now
    if wait > 0:
        return f"The last build has just ended; the next may start in {wait:.0f} s."
    return None


@dg.sensor(
    job=refresh,
    minimum_interval_seconds=INTERVAL_SECONDS,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Starts a refresh for events that ingest has loaded since the last one.",
)
def new_events(context: dg.SensorEvaluationContext, warehouse: Warehouse) -> dg.SensorResult:
    """The cursor is the highest `load_id` that a run was started for."""
    cursor = int(context.cursor or 0)
    with warehouse.client(step="new_events") as client:
        loads = new_loads(client, cursor)
        if loads.load_id <= cursor:
            return dg.SensorResult(skip_reason=f"No load after {cursor}.")
        if reason := reason_to_wait(last_runs(context.instance), time.time()):
            return dg.SensorResult(skip_reason=f"{loads.row_count} new events. {reason}")
        observation = dg.AssetObservation(
            asset_key=RAW_EVENTS, metadata=dict(load_metadata(client, loads))
        )
    return dg.SensorResult(
        run_requests=[dg.RunRequest(run_key=f"load_id:{loads.load_id}")],
        asset_events=[observation],
        cursor=str(loads.load_id),
    )


sensors = (new_events,)
