"""dbt as Dagster runs it."""

import os
import signal
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from dagster_dbt import DbtProject

from orchestration.dbt_process import EXECUTABLE, signed_client
from orchestration.defs.warehouse.assets import project
from orchestration.defs.warehouse.dbt import dbt_resource, is_transient, prepare_invocation
from tests.waiting import eventually, is_running


@pytest.mark.parametrize(
    "message",
    [
        "Connection refused",
        "('Connection aborted.', RemoteDisconnected('Remote end closed connection'))",
        "Read timed out. (read timeout=3600)",
        "Code: 241. DB::Exception: (MEMORY_LIMIT_EXCEEDED)",
    ],
)
def test_a_warehouse_in_trouble_is_worth_another_try(message: str) -> None:
    assert is_transient(message)


@pytest.mark.parametrize(
    "message",
    [
        "Compilation Error in model fct_events",
        "Got 3 results, configured to fail if != 0",
        "Code: 60. DB::Exception: Unknown table (UNKNOWN_TABLE)",
    ],
)
def test_a_wrong_model_is_not(message: str) -> None:
    assert not is_transient(message)


def test_the_version_of_dbt_is_known_without_asking_dbt() -> None:
    assert str(dbt_resource(project)._cli_version) == version("dbt-core")


def test_an_invocation_starts_with_the_parsed_project(tmp_path: Path) -> None:
    prepare_invocation(tmp_path / "run", project)
    parsed = project.manifest_path.with_name("partial_parse.msgpack")
    assert (tmp_path / "run" / "partial_parse.msgpack").read_bytes() == parsed.read_bytes()


def test_a_project_that_was_never_parsed_starts_empty(tmp_path: Path) -> None:
    (tmp_path / "dbt_project.yml").write_text("name: trial\n")
    prepare_invocation(tmp_path / "run", DbtProject(tmp_path))
    assert list((tmp_path / "run").iterdir()) == []


def test_a_warehouse_that_has_moved_is_no_reason_to_parse_anew(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "one.sql").write_text("select 1 as one")
    (tmp_path / "dbt_project.yml").write_text("name: trial\nversion: 1.0.0\nprofile: analytics\n")
    for place, is_parsed_anew in (("admin:a@one:1", True), ("other:b@two:2", False)):
        parsed = subprocess.run(
            (EXECUTABLE, "--debug", "parse"),
            cwd=tmp_path,
            env={
                **os.environ,
                "CLICKHOUSE_URL": f"http://{place}",
                "DBT_PROFILES_DIR": str(project.project_dir),
            },
            capture_output=True,
            text=True,
            check=True,
        )
        assert ("Unable to do partial parsing" in parsed.stdout) is is_parsed_anew


def test_queries_are_signed_beside_dbts_own_settings() -> None:
    def connect(**arguments: Any) -> dict[str, Any]:
        return arguments

    client = signed_client(connect, "run 1", settings={"async_insert": 0}, host="localhost")
    assert client == {
        "settings": {"async_insert": 0, "log_comment": "run 1"},
        "host": "localhost",
    }


def test_a_child_ends_with_its_parent_also_in_the_background_of_a_shell() -> None:
    child = (
        "import os, signal, time; from orchestration.dbt_process import follow_parent; "
        "signal.signal(signal.SIGINT, signal.SIG_IGN); follow_parent(os.getppid()); "
        "print(os.getpid(), flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])",
        ],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ,
    )
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    eventually(lambda: not is_running(pid), seconds=10)
