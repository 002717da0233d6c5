"""Dagster's own history and files, and sessions of people, kept from growing for ever."""

import shutil
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import dagster as dg

from control_plane.repositories.refresh_tokens import delete_expired
from orchestration.defs.upkeep.compaction import compact
from orchestration.defs.upkeep.retention import retention
from orchestration.resources import ControlPlane
from orchestration.settings import settings

# A refresh a minute leaves 43,000 runs a month with some 100 events each; nobody looks at one that
# succeeded last week. Builds carry the results of checks, so they are kept for longer.
KEPT_REFRESHES = timedelta(days=3)
KEPT_RUNS = timedelta(days=60)
KEPT_DBT_FAILURES = timedelta(days=7)
BATCH = 500


@dg.op
def purge_history(context: dg.OpExecutionContext) -> None:
    """Delete finished runs with their events and output, and files of failed dbt invocations."""
    now = datetime.now(UTC)
    refreshes = purge_runs(context.instance, now - KEPT_REFRESHES, job_name="refresh")
    others = purge_runs(context.instance, now - KEPT_RUNS)
    directories = purge_directories(
        settings().dbt_runs_dir, time.time() - KEPT_DBT_FAILURES.total_seconds()
    )
    context.log.info("deleted %d runs and %d dbt directories", refreshes + others, directories)


def purge_runs(instance: dg.DagsterInstance, before: datetime, job_name: str | None = None) -> int:
    """Delete finished runs that were created before a time; returns how many."""
    finished = [
        dg.DagsterRunStatus.SUCCESS,
        dg.DagsterRunStatus.FAILURE,
        dg.DagsterRunStatus.CANCELED,
    ]
    old = dg.RunsFilter(job_name=job_name, statuses=finished, created_before=before)
    deleted = 0
    while records := instance.get_run_records(old, limit=BATCH):
        for record in records:
            run_id = record.dagster_run.run_id
            instance.compute_log_manager.delete_logs(prefix=[run_id])
            instance.delete_run(run_id)
        deleted += len(records)
    return deleted


def purge_directories(parent: Path, before: float) -> int:
    """Delete directories in `parent` that were last changed before a time; returns how many."""
    if not parent.is_dir():
        return 0
    old = [path for path in parent.iterdir() if path.is_dir() and path.stat().st_mtime < before]
    for path in old:
        shutil.rmtree(path, ignore_errors=True)
    return len(old)


@dg.op
def purge_sessions(context: dg.OpExecutionContext, control_plane: ControlPlane) -> None:
    """Delete refresh tokens that expired; each sign-in adds one every quarter of an hour."""
    with control_plane.database() as database:
        deleted = database.run(partial(delete_expired, before=datetime.now(UTC)))
    context.log.info("deleted %d refresh tokens", deleted)


@dg.job(
    description="Delete old runs, their output, what failed dbt invocations left, and the tokens "
    "of ended sessions; advise which partitions to compact.",
    executor_def=dg.in_process_executor,
)
def upkeep() -> None:
    purge_history()
    purge_sessions()
    compact()


@dg.job(
    description="Advice which partitions to compact; with `apply`, compact them, which reads and "
    "writes them whole.",
    executor_def=dg.in_process_executor,
)
def compaction() -> None:
    compact()


jobs = (upkeep, compaction, retention)
