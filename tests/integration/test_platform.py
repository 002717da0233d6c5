"""The platform as a whole: it starts, heals, explains itself, and starts again."""

import contextlib
import json
import os
import signal
import time

import httpx
import psutil
import pytest

from stack.supervisor.state import Health
from tests.platform import Platform
from tests.waiting import eventually, is_running

pytestmark = pytest.mark.timeout(500)

PROCESSES = {
    "clickhouse",
    "postgres",
    "redis",
    "ingest",
    "ingest-2",
    "loader",
    "dashboard",
    "dagster-code",
    "dagster-webserver",
    "dagster-daemon",
}
WORKERS = ("ingest", "ingest-2")
IDLE_MEMORY_BYTES = 2.5e9
RESTART_SECONDS = 30  # 3 to 8 s on a machine that does nothing else
WARM_START_SECONDS = 60  # 17 s on a machine that does nothing else; tests run two at a time


def test_every_process_is_healthy(platform: Platform) -> None:
    result = platform.analytics("status", "--json")
    report = json.loads(result.stdout)
    assert {row["name"] for row in report["services"]} == PROCESSES
    assert {row["health"] for row in report["services"]} == {"healthy"}
    assert result.returncode == 0


def test_every_address_answers(platform: Platform) -> None:
    for url in (
        platform.dashboard_url,
        f"{platform.dashboard_url}/api/docs",
        f"{platform.ingest_url}/health",
        platform.dagster_url,
    ):
        assert httpx.get(url, follow_redirects=True).status_code == 200, url


def test_doctor_finds_nothing_wrong(platform: Platform) -> None:
    result = platform.analytics("doctor", "--json")
    findings = json.loads(result.stdout)
    assert [row for row in findings if row["outcome"] == "failed"] == []
    assert result.returncode == 0


def test_a_second_up_says_that_it_runs(platform: Platform) -> None:
    result = platform.analytics("up", "--detach")
    assert result.returncode == 0
    assert "already running" in result.stdout


def test_idle_memory_stays_within_its_bound(platform: Platform) -> None:
    assert proportional_bytes(platform) < IDLE_MEMORY_BYTES


def proportional_bytes(platform: Platform) -> int:
    """Memory of all processes, each shared page counted once."""
    total = 0
    for name in PROCESSES:
        process = psutil.Process(pid(platform, name))
        for member in (process, *process.children(recursive=True)):
            with contextlib.suppress(psutil.NoSuchProcess):  # a connection that was closed
                total += member.memory_full_info().pss
    return total


def test_the_port_of_ingest_tells_the_metrics_of_all_its_workers(platform: Platform) -> None:
    name = "counted_by_two_workers"
    for _ in range(40):  # each over a connection of its own, so either worker may get it
        assert send(platform, name) == 200
    project_id = platform.login["project_id"]
    counted = f'events_tracked_total{{event_name="{name}",project_id="{project_id}"}}'
    assert f"{counted} 40.0" in metrics(platform.ingest_url)
    workers = [f"http://127.0.0.1:{platform.service(worker).port}" for worker in WORKERS]
    shares = [line.removeprefix(counted) for url in workers for line in metrics(url)]
    assert sum(float(share) for share in shares if share[:1] == " ") == 40


def test_events_are_taken_while_a_worker_is_away(platform: Platform) -> None:
    worker = pid(platform, "ingest-2")
    os.kill(worker, signal.SIGKILL)
    eventually(lambda: not is_running(worker), seconds=5)
    assert [send(platform, "sent meanwhile") for _ in range(10)] == [200] * 10
    eventually(
        lambda: platform.service("ingest-2").health is Health.HEALTHY, seconds=RESTART_SECONDS
    )


def send(platform: Platform, name: str) -> int:
    event = {"event": name, "anonymous_id": "somebody"}
    key = {"Authorization": f"Bearer {platform.login['write_key']}"}
    return httpx.post(f"{platform.ingest_url}/v1/events", json=event, headers=key).status_code


def metrics(url: str) -> list[str]:
    return httpx.get(f"{url}/metrics").text.splitlines()


@pytest.mark.parametrize("name", sorted(PROCESSES))
def test_a_killed_process_is_back_soon(platform: Platform, name: str) -> None:
    before, restarts = pid(platform, name), platform.service(name).restarts
    os.kill(before, signal.SIGKILL)

    def is_back() -> bool:
        service = platform.service(name)
        return service.health is Health.HEALTHY and service.restarts > restarts

    eventually(is_back, seconds=RESTART_SECONDS)
    assert pid(platform, name) != before


def pid(platform: Platform, name: str) -> int:
    process = platform.service(name).process
    assert process is not None
    return process.pid


def test_it_stops_without_a_trace_and_starts_again_quickly(platform: Platform) -> None:
    """The login, the data and the models are there: nothing has to be made again."""
    pids = [pid(platform, name) for name in PROCESSES]
    login = platform.login
    assert platform.analytics("down").returncode == 0
    assert not any(map(is_running, pids))

    begun = time.monotonic()
    result = platform.analytics("up", "--detach")
    assert result.returncode == 0, result.stdout + result.stderr
    assert time.monotonic() - begun < WARM_START_SECONDS
    assert platform.login == login
    assert login["password"] not in result.stdout
