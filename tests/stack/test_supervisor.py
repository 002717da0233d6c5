"""The supervisor over real processes: order, restarts, stops, and what a kill -9 leaves."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from stack.ports import free_port
from stack.supervisor.child import pause_before_restart
from stack.supervisor.state import Health, ServiceState, StateFile, SupervisorState
from tests.stack.supervised import TINY_SERVICE
from tests.waiting import eventually, is_running

SUPERVISED = TINY_SERVICE.with_name("supervised.py")


class Running:
    """A supervisor process and what it leaves on disk."""

    def __init__(self, directory: Path, *words: str) -> None:
        self.directory = directory
        self.output = directory / "output.txt"
        with self.output.open("ab") as output:
            self.process = subprocess.Popen(
                (sys.executable, str(SUPERVISED), str(directory), *words),
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            )

    @property
    def text(self) -> str:
        return self.output.read_text()

    @property
    def state(self) -> SupervisorState:
        state = StateFile(self.directory / "supervisor.json").read()
        assert state is not None
        return state

    def service(self, name: str) -> ServiceState:
        return self.state.services[name]

    def pid(self, name: str) -> int:
        process = self.service(name).process
        assert process is not None
        return process.pid

    @property
    def events(self) -> list[str]:
        lines = (self.directory / "events.txt").read_text().splitlines()
        return [line.rpartition(" ")[0] for line in lines]

    def wait_ready(self) -> "Running":
        eventually(lambda: "READY" in self.text or self.process.poll() is not None)
        assert "READY" in self.text, self.text
        return self

    def stop(self, signal_number: int = signal.SIGTERM) -> int:
        self.process.send_signal(signal_number)
        return self.process.wait(15)


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    started: list[Running] = []

    def start(*words: str) -> Running:
        started.append(Running(tmp_path, *words))
        return started[-1]

    yield start
    for running in started:
        running.process.kill()
        running.process.wait()
        for service in running.state.services.values():
            with contextlib.suppress(psutil.NoSuchProcess, AttributeError):
                service.process.find().kill()  # type: ignore[union-attr]


def test_services_start_in_the_order_of_their_dependencies_and_stop_in_reverse(
    run: Callable[..., Running],
) -> None:
    ports = [str(free_port()) for _ in range(3)]
    running = run("a", ports[0], ",", "b", ports[1], ",", "c", ports[2]).wait_ready()
    assert running.stop() == 0
    assert running.events == ["start a", "start b", "start c", "stop c", "stop b", "stop a"]
    assert {service.health for service in running.state.services.values()} == {Health.STOPPED}


def test_ctrl_c_stops_every_child(run: Callable[..., Running]) -> None:
    running = run("a", str(free_port()), "--with-grandchild").wait_ready()
    pid = running.pid("a")
    grandchild = int((running.directory / "a.grandchild").read_text())
    assert running.stop(signal.SIGINT) == 0
    assert not is_running(pid)
    assert not is_running(grandchild)


def test_a_child_that_ignores_sigterm_is_killed_at_its_deadline(
    run: Callable[..., Running],
) -> None:
    running = run("a", str(free_port()), "--ignore-sigterm").wait_ready()
    pid = running.pid("a")
    begun = time.monotonic()
    assert running.stop() == 0
    assert 2.0 <= time.monotonic() - begun < 6.0
    assert not is_running(pid)
    assert "a did not stop in time: killed" in running.text


def test_a_second_signal_kills_at_once(run: Callable[..., Running]) -> None:
    running = run("a", str(free_port()), "--ignore-sigterm").wait_ready()
    begun = time.monotonic()
    running.process.send_signal(signal.SIGINT)
    eventually(lambda: "Stopping; a second Ctrl-C" in running.text)
    assert running.stop(signal.SIGINT) == 0
    assert time.monotonic() - begun < 1.5


def test_a_full_disk_at_a_restart_costs_one_turn_and_no_other_service(
    run: Callable[..., Running],
) -> None:
    running = run(
        *("a", str(free_port()), ",", "b", str(free_port()), "--disk-is-full-once")
    ).wait_ready()
    healthy_neighbour = running.pid("a")
    os.kill(running.pid("b"), signal.SIGKILL)
    eventually(lambda: running.service("b").restarts == 2 and is_healthy(running, "b"))
    assert "b cannot be started: [Errno 28] No space left on device" in running.text
    assert running.pid("a") == healthy_neighbour


def test_a_killed_child_is_healthy_again_soon_and_counted(run: Callable[..., Running]) -> None:
    running = run("a", str(free_port())).wait_ready()
    first = running.pid("a")
    os.kill(first, signal.SIGKILL)
    eventually(lambda: running.service("a").restarts == 1 and is_healthy(running, "a"), seconds=5)
    assert running.pid("a") != first
    assert "a ended (killed by SIGKILL); starting it again in 0.25 s" in running.text


def is_healthy(running: Running, name: str) -> bool:
    return running.service(name).health is Health.HEALTHY


def test_a_restart_takes_what_the_dead_child_had_started_with_it(
    run: Callable[..., Running],
) -> None:
    running = run("a", str(free_port()), "--with-grandchild").wait_ready()
    grandchild = int((running.directory / "a.grandchild").read_text())
    os.kill(running.pid("a"), signal.SIGKILL)
    eventually(lambda: running.service("a").restarts == 1 and is_healthy(running, "a"))
    assert not is_running(grandchild)


def test_a_sick_service_is_reported_and_left_alone(run: Callable[..., Running]) -> None:
    running = run("a", str(free_port())).wait_ready()
    (running.directory / "sick").touch()
    eventually(lambda: running.service("a").health is Health.UNHEALTHY)
    assert "503" in running.service("a").reason
    (running.directory / "sick").unlink()
    eventually(lambda: is_healthy(running, "a"))
    assert running.service("a").restarts == 0


def test_pauses_between_restarts_double_up_to_half_a_minute() -> None:
    pauses = [pause_before_restart(exits) for exits in (1, 2, 3, 4, 7, 8, 9, 1000)]
    assert pauses == [0.25, 0.5, 1.0, 2.0, 16.0, 30.0, 30.0, 30.0]


def test_a_taken_port_is_named_with_the_process_that_holds_it(
    run: Callable[..., Running], tmp_path: Path
) -> None:
    port = free_port()
    holder_directory = tmp_path / "holder"
    holder_directory.mkdir()
    command = (sys.executable, str(TINY_SERVICE), str(holder_directory), "holder", str(port))
    with subprocess.Popen(command) as holder:
        eventually(lambda: psutil.Process(holder.pid).net_connections() != [])
        running = run("web", str(port))
        assert running.process.wait(10) == 1
        holder.kill()
    expected = rf"port {port}, which web needs, is taken by python\S* \(pid {holder.pid}: .*"
    assert re.search(expected, running.text)
    assert "Stop it, or set WEB_PORT in .env." in running.text


def test_a_service_that_cannot_start_ends_everything_with_the_end_of_its_log(
    run: Callable[..., Running],
) -> None:
    running = run(
        *("a", str(free_port()), ","),
        *("b", str(free_port()), "--fail", "the disk is upside down", ","),
        *("c", str(free_port())),
    )
    assert running.process.wait(15) == 1
    assert "error: b did not become healthy" in running.text
    assert "the disk is upside down" in running.text
    assert "start c" not in running.events
    assert running.events[-1] == "stop a"
    assert running.state.phase == "failed"


def test_after_a_kill_of_the_supervisor_the_next_start_leaves_no_orphan(
    run: Callable[..., Running],
) -> None:
    port = str(free_port())
    killed = run("a", port, "--ignore-sigterm", "--with-grandchild").wait_ready()
    orphans = [killed.pid("a"), int((killed.directory / "a.grandchild").read_text())]
    killed.process.kill()
    killed.process.wait()
    assert is_running(orphans[0])
    killed.output.unlink()

    again = run("a", port)
    eventually(lambda: "READY" in again.text, seconds=25)
    assert "Ended what an earlier run left" in again.text
    assert not any(map(is_running, orphans))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux signals the children of the dead")
def test_children_end_with_a_killed_supervisor(run: Callable[..., Running]) -> None:
    running = run("a", str(free_port())).wait_ready()
    pid = running.pid("a")
    running.process.kill()
    running.process.wait()
    eventually(lambda: not is_running(pid), seconds=3)


def test_a_second_supervisor_of_the_same_directory_is_refused(run: Callable[..., Running]) -> None:
    port = str(free_port())
    run("a", port).wait_ready()
    second = run("a", port)
    assert second.process.wait(10) == 1
    assert "already running" in second.text


def test_logs_hold_every_line_and_rotate(run: Callable[..., Running]) -> None:
    running = run("a", str(free_port()), "--write-lines", "200").wait_ready()
    lines = (running.directory / "logs" / "a.log").read_text().splitlines()
    assert len(lines) == 200
    assert lines[199].startswith("line 000199 xxx")
