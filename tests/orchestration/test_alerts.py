"""Failed runs reach a webhook, and a webhook that is away does no harm."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import dagster as dg
import pytest
from pydantic import ValidationError

from orchestration.defs.alerts.sensors import alert_run_failure, has_just_failed
from orchestration.settings import OrchestrationSettings, settings
from orchestration.webhook import WebhookError, post
from stack.ports import free_port


@dataclass
class Receiver:
    """What was posted; `statuses` are the answers, the last one for ever."""

    url: str
    statuses: list[int]
    received: list[dict[str, Any]] = field(default_factory=list)


@pytest.fixture
def receive() -> Iterator[Callable[..., Receiver]]:
    with ExitStack() as stack:

        def start(*statuses: int) -> Receiver:
            class Handler(BaseHTTPRequestHandler):
                def do_POST(self) -> None:
                    body = self.rfile.read(int(self.headers["content-length"]))
                    assert self.headers["content-type"] == "application/json"
                    number = min(len(receiver.received), len(statuses) - 1)
                    receiver.received.append(json.loads(body))
                    self.send_response(statuses[number])
                    self.end_headers()

                def log_message(self, *_: object) -> None:
                    pass

            server = stack.enter_context(HTTPServer(("127.0.0.1", 0), Handler))
            receiver = Receiver(f"http://127.0.0.1:{server.server_port}/hook", list(statuses))
            Thread(target=server.serve_forever, daemon=True).start()
            stack.callback(server.shutdown)
            return receiver

        yield start


@pytest.fixture
def alert_to(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    def set_address(url: str) -> None:
        monkeypatch.setenv("ALERT_WEBHOOK_URL", url)
        monkeypatch.setenv("DAGSTER_PORT", "3002")
        settings.cache_clear()

    yield set_address
    settings.cache_clear()


@dg.op
def break_down() -> None:
    try:
        raise ConnectionError("the warehouse is away")
    except ConnectionError as error:
        raise dg.Failure("step broke") from error


@dg.job(executor_def=dg.in_process_executor)
def doomed() -> None:
    break_down()


def alert(instance: dg.DagsterInstance) -> tuple[object, str]:
    """Let a run fail and evaluate the sensor; its answer and the run's id."""
    result = doomed.execute_in_process(instance=instance, raise_on_error=False)
    context = dg.build_run_status_sensor_context(
        sensor_name="alert_run_failure",
        dagster_event=result.get_run_failure_event(),
        dagster_instance=instance,
        dagster_run=result.dagster_run,
    ).for_run_failure()
    return alert_run_failure(context), result.run_id


def test_a_failed_run_is_posted_with_its_cause(
    receive: Callable[..., Receiver], alert_to: Callable[[str], None]
) -> None:
    receiver = receive(200)
    alert_to(receiver.url)
    with dg.DagsterInstance.ephemeral() as instance:
        skipped, run_id = alert(instance)
    assert skipped is None
    (payload,) = receiver.received
    page = f"http://127.0.0.1:3002/runs/{run_id}"
    assert payload.pop("failed_at").endswith("Z")
    assert payload == {
        "text": f"*doomed* failed: {page}\nbreak_down: ConnectionError: the warehouse is away",
        "event": "run_failure",
        "job": "doomed",
        "run_id": run_id,
        "run_url": page,
        "message": payload["message"],
        "errors": [{"step": "break_down", "message": "ConnectionError: the warehouse is away"}],
        "failed_checks": [],
    }
    assert "doomed" in payload["message"] or "Steps failed" in payload["message"]


def test_a_job_that_keeps_failing_is_told_once(
    receive: Callable[..., Receiver], alert_to: Callable[[str], None]
) -> None:
    receiver = receive(200)
    alert_to(receiver.url)
    with dg.DagsterInstance.ephemeral() as instance:
        alert(instance)
        skipped, _ = alert(instance)
    assert isinstance(skipped, dg.SkipReason)
    assert len(receiver.received) == 1


def test_a_failure_after_a_success_is_told() -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        for status in (dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.SUCCESS):
            instance.add_run(dg.DagsterRun("doomed", status=status))
        run = instance.add_run(dg.DagsterRun("doomed", status=dg.DagsterRunStatus.FAILURE))
        assert not has_just_failed(instance, run)


def test_a_receiver_that_is_away_does_not_break_the_sensor(
    alert_to: Callable[[str], None],
) -> None:
    alert_to(f"http://127.0.0.1:{free_port()}")
    with dg.DagsterInstance.ephemeral() as instance:
        skipped, _ = alert(instance)
    assert isinstance(skipped, dg.SkipReason)
    assert "does not answer (ConnectError)" in str(skipped.skip_message)


def test_without_an_address_nothing_is_sent(alert_to: Callable[[str], None]) -> None:
    alert_to("")
    with dg.DagsterInstance.ephemeral() as instance:
        skipped, _ = alert(instance)
    assert skipped == dg.SkipReason("ALERT_WEBHOOK_URL is not set.")


def test_a_busy_receiver_is_tried_again(receive: Callable[..., Receiver]) -> None:
    receiver, waits = receive(503, 429, 200), list[float]()
    post(receiver.url, {"text": "hello"}, pauses=(1.0, 2.0), sleep=waits.append)
    assert receiver.received == [{"text": "hello"}] * 3
    assert waits == [1.0, 2.0]


def test_a_receiver_that_stays_busy_is_given_up(receive: Callable[..., Receiver]) -> None:
    receiver = receive(503)
    with pytest.raises(WebhookError, match="answered 503, 3 times"):
        post(receiver.url, {}, pauses=(0.0, 0.0), sleep=lambda _: None)
    assert len(receiver.received) == 3


def test_a_refusal_is_final(receive: Callable[..., Receiver]) -> None:
    receiver = receive(404)
    with pytest.raises(WebhookError, match="refused with 404"):
        post(receiver.url, {})
    assert len(receiver.received) == 1


def test_an_address_without_scheme_is_refused_at_the_start() -> None:
    with pytest.raises(ValidationError, match="ALERT_WEBHOOK_URL must begin with"):
        OrchestrationSettings(alert_webhook_url="hooks.example.com")
