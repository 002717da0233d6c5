"""Runs whose worker died with the machine or the code server."""

import os
import subprocess
import time
from collections.abc import Iterator
from uuid import uuid4

import dagster as dg
import pytest
from dagster._core.events import EngineEventData

from orchestration.interrupted_runs import fail_interrupted_runs, is_alive


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


def started_run(instance: dg.DagsterInstance, pid: int | None) -> dg.DagsterRun:
    run = dg.DagsterRun(job_name="build", run_id=str(uuid4()), status=dg.DagsterRunStatus.STARTED)
    instance.add_run(run)
    if pid is not None:
        metadata = {"pid": dg.MetadataValue.text(str(pid))}
        instance.report_engine_event(
            "Started process for run", run, EngineEventData(metadata=metadata)
        )
    return run


def status_of(instance: dg.DagsterInstance, run: dg.DagsterRun) -> dg.DagsterRunStatus:
    found = instance.get_run_by_id(run.run_id)
    assert found is not None
    return found.status


def finished_pid() -> int:
    process = subprocess.Popen(["true"])
    process.wait()
    return process.pid


def test_a_run_without_a_living_worker_is_failed(instance: dg.DagsterInstance) -> None:
    run = started_run(instance, finished_pid())
    assert fail_interrupted_runs(instance) == [run.run_id]
    assert status_of(instance, run) == dg.DagsterRunStatus.FAILURE


def test_a_run_that_never_reported_a_worker_is_failed(instance: dg.DagsterInstance) -> None:
    run = started_run(instance, None)
    assert fail_interrupted_runs(instance) == [run.run_id]


def test_a_run_whose_worker_lives_goes_on(instance: dg.DagsterInstance) -> None:
    run = started_run(instance, os.getpid())
    assert fail_interrupted_runs(instance) == []
    assert status_of(instance, run) == dg.DagsterRunStatus.STARTED


def test_a_run_that_waits_keeps_its_place(instance: dg.DagsterInstance) -> None:
    run = dg.DagsterRun(
        job_name="build", run_id=str(uuid4()), status=dg.DagsterRunStatus.NOT_STARTED
    )
    instance.add_run(run)
    assert fail_interrupted_runs(instance) == []


def test_a_later_process_with_the_same_pid_is_not_the_worker() -> None:
    an_hour_ago = time.time() - 3600
    with subprocess.Popen(["sleep", "10"]) as later:
        assert is_alive(later.pid, reported_at=time.time())
        assert not is_alive(later.pid, reported_at=an_hour_ago)
        later.kill()
