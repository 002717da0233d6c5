"""What the webserver's answers mean to somebody who waits for a run."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest

from orchestration.webserver import (
    Checked,
    Materialized,
    StatusChanged,
    StepFailed,
    Webserver,
    WebserverError,
    duration,
    execution_parameters,
    refusal,
    update,
)


@pytest.fixture
def httpserver_url() -> Iterator[Callable[[bytes], str]]:
    """Start a server that answers everything with 200 and these bytes."""
    with ExitStack() as stack:

        def start(body: bytes) -> str:
            class Handler(BaseHTTPRequestHandler):
                def do_POST(self) -> None:
                    self.send_response(200)
                    self.end_headers()
                    self.wfile.write(body)

                def log_message(self, *_: object) -> None:
                    pass

            server = stack.enter_context(HTTPServer(("127.0.0.1", 0), Handler))
            Thread(target=server.serve_forever, daemon=True).start()
            stack.callback(server.shutdown)
            return f"http://127.0.0.1:{server.server_port}"

        yield start


def test_a_run_is_asked_for_by_location_and_job() -> None:
    config = {"ops": {"dbt_models": {"config": {"full_refresh": True}}}}
    assert execution_parameters("build", config) == {
        "selector": {
            "repositoryLocationName": "analytics",
            "repositoryName": "__repository__",
            "jobName": "build",
        },
        "runConfigData": config,
        "mode": "default",
    }


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (
            {
                "__typename": "MaterializationEvent",
                "assetKey": {"path": ["analytics", "fct_events"]},
            },
            Materialized("analytics.fct_events"),
        ),
        (
            {
                "__typename": "AssetCheckEvaluationEvent",
                "evaluation": {
                    "assetKey": {"path": ["raw", "events"]},
                    "checkName": "key_is_unique",
                    "success": False,
                    "severity": "ERROR",
                },
            },
            Checked("raw.events", "key_is_unique", passed=False, severity="ERROR"),
        ),
        (
            {
                "__typename": "ExecutionStepFailureEvent",
                "stepKey": "dbt_models",
                "error": {"message": "outer", "causes": [{"message": "Table is missing\n"}]},
            },
            StepFailed("dbt_models", "Table is missing"),
        ),
        ({"__typename": "RunFailureEvent", "error": None}, None),
        ({"__typename": "LogMessageEvent"}, None),
    ],
)
def test_events_become_updates(event: dict[str, Any], expected: object) -> None:
    assert update(event) == expected


@pytest.mark.parametrize(
    ("result", "message"),
    [
        ({"__typename": "PythonError", "message": "no such job"}, "no such job"),
        (
            {
                "__typename": "RunConfigValidationInvalid",
                "errors": [{"message": "one"}, {"message": "two"}],
            },
            "one; two",
        ),
        ({"__typename": "UnauthorizedError"}, "UnauthorizedError"),
    ],
)
def test_a_refusal_is_told_in_the_servers_words(result: dict[str, Any], message: str) -> None:
    assert refusal(result) == message


@pytest.mark.parametrize("status", ["SUCCESS", "FAILURE", "CANCELED"])
def test_these_statuses_end_the_wait(status: str) -> None:
    assert StatusChanged(status, 1.0).is_final


@pytest.mark.parametrize("status", ["QUEUED", "STARTING", "STARTED", "CANCELING"])
def test_these_do_not(status: str) -> None:
    assert not StatusChanged(status, None).is_final


def test_a_run_that_has_not_ended_has_no_duration() -> None:
    assert duration({"startTime": 10.0, "endTime": None}) is None
    assert duration({"startTime": 10.0, "endTime": 12.5}) == 2.5


def test_something_else_on_the_port_is_said_to_be_no_dagster(
    httpserver_url: Callable[[bytes], str],
) -> None:
    webserver = Webserver(httpserver_url(b"<html>a proxy</html>"))
    with pytest.raises(WebserverError, match="is not Dagster"):
        webserver.launch("build", {})
