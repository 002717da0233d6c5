"""Runs that were being worked on when the machine or the code server died.

Dagster itself notices a dead worker only while the code server that started it lives. Left alone,
such a run counts as running for ever and holds the warehouse's pool, so no build would start again.
"""

import logging

import dagster as dg
import psutil

logger = logging.getLogger(__name__)

UNFINISHED = [
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]
PID_METADATA = "pid"
# A worker reports its pid some seconds after it was started; process times have whole ticks.
CLOCK_TOLERANCE_SECONDS = 1.0


def fail_interrupted_runs(instance: dg.DagsterInstance) -> list[str]:
    """Mark unfinished runs without a living worker as failed; returns their ids.

    Dagster's retry of crashed runs then takes over.
    """
    dead = [
        record.dagster_run
        for record in instance.get_run_records(dg.RunsFilter(statuses=UNFINISHED))
        if not has_living_worker(instance, record.dagster_run.run_id)
    ]
    for run in dead:
        logger.warning("run %s was interrupted and is marked as failed", run.run_id)
        instance.report_run_failed(run, "The run's worker died with the code server.")
    return [run.run_id for run in dead]


def has_living_worker(instance: dg.DagsterInstance, run_id: str) -> bool:
    """Whether the process that reported itself as the run's worker still exists."""
    return any(
        is_alive(pid, reported_at) for pid, reported_at in reported_workers(instance, run_id)
    )


def reported_workers(instance: dg.DagsterInstance, run_id: str) -> list[tuple[int, float]]:
    """(pid, time of the report) from the run's engine events."""
    entries = instance.all_logs(run_id, of_type=dg.DagsterEventType.ENGINE_EVENT)
    return [
        (int(str(metadata[PID_METADATA].value)), entry.timestamp)
        for entry in entries
        if (event := entry.dagster_event) is not None
        and PID_METADATA in (metadata := event.engine_event_data.metadata)
    ]


def is_alive(pid: int, reported_at: float) -> bool:
    """Whether the process exists and is not a later one with the same pid."""
    try:
        started = psutil.Process(pid).create_time()
    except psutil.NoSuchProcess:
        return False
    return started <= reported_at + CLOCK_TOLERANCE_SECONDS
