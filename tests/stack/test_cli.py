"""The command line: help without side effects, exit codes, JSON."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from stack.ports import free_port
from stack.settings import PROJECT_ROOT, StackSettings


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, str]:
    ports = [name.upper() for name in StackSettings.model_fields if name.endswith("_port")]
    urls = [name.upper() for name in StackSettings.model_fields if name.endswith("_url")]
    return (
        {name: str(free_port()) for name in ports}
        | dict.fromkeys(urls, "")
        | {"DATA_DIR": str(tmp_path / "data"), "ENVIRONMENT": "local"}
    )


def analytics(settings: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        (sys.executable, "-m", "stack", *words),
        cwd=PROJECT_ROOT,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=False,
    )


def test_help_lists_the_commands_and_leaves_no_trace(settings: dict[str, str]) -> None:
    result = analytics(settings, "--help")
    assert result.returncode == 0
    for command in ("up", "down", "status", "doctor", "migrate"):
        assert f" {command} " in result.stdout
    assert analytics(settings, "up", "--help").returncode == 0
    assert not Path(settings["DATA_DIR"]).exists()


def test_wrong_use_exits_with_two(settings: dict[str, str]) -> None:
    assert analytics(settings, "up", "--sideways").returncode == 2


def test_status_of_nothing_is_a_failure(settings: dict[str, str]) -> None:
    result = analytics(settings, "status", "--json")
    assert result.returncode == 1
    assert json.loads(result.stdout) == {"running": False, "phase": "stopped", "services": []}


def test_down_of_nothing_is_done(settings: dict[str, str]) -> None:
    result = analytics(settings, "down")
    assert (result.returncode, result.stdout) == (0, "Nothing was running.\n")


def test_doctor_says_what_to_do_when_nothing_runs(settings: dict[str, str]) -> None:
    result = analytics(settings, "doctor", "--json")
    assert result.returncode == 1
    findings = {row["name"]: row for row in json.loads(result.stdout)}
    assert findings["services"]["remedy"] == "Run `analytics up`"
    assert findings["python"]["outcome"] == "ok"
    assert findings["ports"]["outcome"] == "ok"
    assert findings["postgres"]["outcome"] == "failed"
    assert all(row["remedy"] for row in findings.values() if row["outcome"] == "failed")


def test_production_without_secrets_is_refused_in_one_line(settings: dict[str, str]) -> None:
    result = analytics({**settings, "ENVIRONMENT": "production", "JWT_SECRET": "change-me"}, "up")
    assert result.returncode == 1
    assert result.stderr.startswith("error: JWT_SECRET is a placeholder: ")
    assert "Traceback" not in result.stderr


def test_a_wrong_setting_is_named(settings: dict[str, str]) -> None:
    result = analytics({**settings, "DASHBOARD_PORT": "three thousand"}, "status")
    assert result.returncode == 1
    assert "DASHBOARD_PORT" in result.stderr
    assert "Traceback" not in result.stderr


def test_migrating_without_databases_says_which_one_is_away(settings: dict[str, str]) -> None:
    result = analytics(settings, "migrate")
    assert result.returncode == 1
    assert result.stderr.startswith("error: PostgreSQL was not migrated: connection failed")
    assert result.stderr.count("\n") == 1


def test_a_catalogue_is_found_from_any_folder(settings: dict[str, str], tmp_path: Path) -> None:
    found = subprocess.run(
        (
            sys.executable,
            "-c",
            "from semantic_layer.settings import SemanticSettings as s; print(s().dbt_target_dir)",
        ),
        cwd=tmp_path,
        env={**os.environ, **settings, "PYTHONPATH": str(PROJECT_ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.strip() == str(PROJECT_ROOT / "dbt_project" / "target")
