"""Old runs and files go, recent ones stay."""

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import dagster as dg
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from control_plane.database import Database
from control_plane.models import RefreshToken
from control_plane.repositories import refresh_tokens, users
from orchestration.defs.upkeep.jobs import purge_directories, purge_runs, purge_sessions
from orchestration.resources import ControlPlane

SOON = timedelta(minutes=1)


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


def add_run(
    instance: dg.DagsterInstance, job_name: str, status: dg.DagsterRunStatus
) -> dg.DagsterRun:
    return instance.add_run(dg.DagsterRun(job_name=job_name, run_id=str(uuid4()), status=status))


def remaining(instance: dg.DagsterInstance) -> set[str]:
    return {record.dagster_run.run_id for record in instance.get_run_records()}


def test_finished_runs_before_the_limit_are_deleted(instance: dg.DagsterInstance) -> None:
    for status in (
        dg.DagsterRunStatus.SUCCESS,
        dg.DagsterRunStatus.FAILURE,
        dg.DagsterRunStatus.CANCELED,
    ):
        add_run(instance, "build", status)
    assert purge_runs(instance, datetime.now(UTC) + SOON) == 3
    assert remaining(instance) == set()


def test_recent_runs_stay(instance: dg.DagsterInstance) -> None:
    run = add_run(instance, "build", dg.DagsterRunStatus.SUCCESS)
    assert purge_runs(instance, datetime.now(UTC) - SOON) == 0
    assert remaining(instance) == {run.run_id}


def test_a_run_that_works_stays_however_old(instance: dg.DagsterInstance) -> None:
    run = add_run(instance, "build", dg.DagsterRunStatus.STARTED)
    purge_runs(instance, datetime.now(UTC) + SOON)
    assert remaining(instance) == {run.run_id}


def test_one_job_can_have_a_shorter_limit(instance: dg.DagsterInstance) -> None:
    kept = add_run(instance, "build", dg.DagsterRunStatus.SUCCESS)
    add_run(instance, "refresh", dg.DagsterRunStatus.SUCCESS)
    purge_runs(instance, datetime.now(UTC) + SOON, job_name="refresh")
    assert remaining(instance) == {kept.run_id}


def test_old_directories_of_failed_invocations_are_deleted(tmp_path: Path) -> None:
    for name, age in (("old", 3600.0), ("new", 0.0)):
        (tmp_path / name).mkdir()
        changed = time.time() - age
        os.utime(tmp_path / name, (changed, changed))
    assert purge_directories(tmp_path, time.time() - 60) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["new"]


def test_no_directory_is_no_work(tmp_path: Path) -> None:
    assert purge_directories(tmp_path / "missing", time.time()) == 0


def test_refresh_tokens_that_expired_are_deleted(database_url: str) -> None:
    now = datetime.now(UTC)

    def sign_in(session: Session) -> None:
        user = users.create(session, "ada@example.com", "correct horse battery")
        for lifetime in (timedelta(days=-1), timedelta(days=1)):
            refresh_tokens.issue(session, user.id, now=now, lifetime=lifetime)

    with Database(database_url) as database:
        database.run(sign_in)
        purge_sessions(
            dg.build_op_context(resources={"control_plane": ControlPlane(url=database_url)})
        )
        left = database.run(lambda session: session.scalars(select(RefreshToken.expires_at)).all())
    assert left == [now + timedelta(days=1)]
