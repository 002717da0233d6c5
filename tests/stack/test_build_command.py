"""`analytics build` without a platform: what it prints and how it exits."""

import json
from collections.abc import Iterator
from typing import ClassVar

import pytest
from typer.testing import CliRunner

from orchestration import webserver
from orchestration.webserver import Checked, Materialized, StatusChanged, StepFailed, Update
from stack.cli import build_app

SUCCESSFUL: list[Update] = [
    StatusChanged("STARTED", None),
    Materialized("analytics.fct_events"),
    Checked("analytics.fct_events", "key_is_unique", passed=True, severity="ERROR"),
    Checked("raw.events", "volume_is_usual", passed=False, severity="WARN"),
    StatusChanged("SUCCESS", 12.34),
]
FAILED: list[Update] = [
    StepFailed("dbt_models", "Table analytics.fct_events is missing"),
    StatusChanged("FAILURE", 3.0),
]


class FakeWebserver:
    """Stands for a Dagster whose run has these updates."""

    updates: ClassVar[list[Update]] = SUCCESSFUL
    launched: ClassVar[list[tuple[str, object]]] = []

    def __init__(self, url: str) -> None:
        self.url = url

    def launch(self, job: str, run_config: object) -> str:
        self.launched.append((job, run_config))
        return "run-1"

    def run_page(self, run_id: str) -> str:
        return f"{self.url}/runs/{run_id}"

    def follow(self, _run_id: str) -> Iterator[Update]:
        yield from self.updates


@pytest.fixture
def dagster(monkeypatch: pytest.MonkeyPatch) -> type[FakeWebserver]:
    monkeypatch.setattr(FakeWebserver, "updates", SUCCESSFUL)
    monkeypatch.setattr(FakeWebserver, "launched", [])
    monkeypatch.setattr(webserver, "Webserver", FakeWebserver)
    return FakeWebserver


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(build_app(), ["build", *arguments])
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.usefixtures("dagster")
def test_a_build_that_succeeds_is_summed_up() -> None:
    code, output, _ = run()
    assert code == 0
    assert "Built 1 tables in 12.3 s; 1 of 2 checks passed." in output


@pytest.mark.usefixtures("dagster")
def test_a_warning_is_named_and_fails_nothing() -> None:
    code, _, errors = run()
    assert code == 0
    assert "raw.events: check volume_is_usual failed" in errors


def test_a_full_refresh_is_passed_on(dagster: type[FakeWebserver]) -> None:
    run("--full-refresh")
    assert dagster.launched == [
        ("build", {"ops": {"dbt_models": {"config": {"full_refresh": True}}}})
    ]


def test_a_failed_run_says_why_and_exits_with_1(dagster: type[FakeWebserver]) -> None:
    dagster.updates = FAILED
    code, output, errors = run()
    assert code == 1
    assert "dbt_models: Table analytics.fct_events is missing" in errors
    assert "The build ended as failure" in output


def test_json_holds_everything(dagster: type[FakeWebserver]) -> None:
    dagster.updates = SUCCESSFUL
    code, output, _ = run("--json")
    result = json.loads(output)
    assert code == 0
    assert result["status"] == "SUCCESS"
    assert result["assets"] == ["analytics.fct_events"]
    assert result["failed_checks"] == [
        {"asset": "raw.events", "check": "volume_is_usual", "severity": "WARN"}
    ]


def test_wrong_use_exits_with_2() -> None:
    assert run("--everything")[0] == 2
