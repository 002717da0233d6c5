"""Clients that keep connections and send nothing, or a byte now and then; and too many of them."""

import http.client
import resource
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import psutil
import pytest

from tests.faults import raw_http
from tests.faults.raw_http import head
from tests.faults.retrying import RetryingClient, batch_of, sending, settle, uuids
from tests.faults.scale import only_in_full
from tests.ingest.services import Ingest
from tests.waiting import eventually

IDLE = 5_000
SLOW = 100  # of heads, and as many of bodies
DEADLINE = 10.0
MEASURED = 300

pytestmark = pytest.mark.timeout(300)


@only_in_full
def test_idle_and_slow_clients_are_closed_and_harm_nobody(
    stopped: Ingest, count: Callable[..., None], record_property: Callable[[str, object], None]
) -> None:
    seconds = str(DEADLINE)
    stopped.api.start(HEADER_DEADLINE_SECONDS=seconds, BODY_DEADLINE_SECONDS=seconds)
    stopped.loader.start()
    ids: list[bytes] = []
    alone = p99(stopped, ids)
    started = time.monotonic()
    idle = [raw_http.connect(stopped) for _ in range(IDLE)]
    heads = [raw_http.connect(stopped) for _ in range(SLOW)]
    bodies = [raw_http.connect(stopped) for _ in range(SLOW)]
    for each in bodies:
        each.sendall(head(stopped, "Content-Length: 1000"))
    for each in heads:
        each.sendall(b"POST /v1/events HTTP/1.1\r\nX-Slow: ")
    with dripping([*heads, *bodies]):
        among_others = p99(stopped, ids)
        assert time.monotonic() - started < DEADLINE, "they were closed before the measurement"
        record_property("p99_ms_alone", round(alone * 1e3, 2))
        record_property("p99_ms_among_slow_clients", round(among_others * 1e3, 2))
        statuses = [raw_http.read(each).status for each in [*idle, *heads, *bodies]]
    assert statuses == [0] * (IDLE + SLOW) + [408] * SLOW
    assert DEADLINE - 0.5 < time.monotonic() - started < DEADLINE + 10
    assert among_others < max(5 * alone, 0.05)
    for each in [*idle, *heads, *bodies]:
        each.close()
    account = settle(stopped, ids)
    count(account)
    assert account.is_exact, account


@only_in_full
def test_the_descriptor_limit_is_raised_to_what_is_allowed(stopped: Ingest) -> None:
    limit_descriptors(stopped, 256, 3_000)
    stopped.api.start()
    assert stopped.api.process is not None
    limits = psutil.Process(stopped.api.process.pid).rlimit(resource.RLIMIT_NOFILE)
    assert limits == (3_000, 3_000)


@only_in_full
def test_beyond_the_descriptor_limit_connections_wait_or_break_and_nothing_is_lost(
    stopped: Ingest, count: Callable[..., None]
) -> None:
    limit_descriptors(stopped, 256, 256)
    stopped.api.start(HEADER_DEADLINE_SECONDS="3", SEGMENT_BYTES="100000")
    stopped.loader.start()
    before = RetryingClient(stopped.url, stopped.write_key, 0, pause=0.01)
    with sending([before]):
        eventually(lambda: len(before.acknowledged) > 100)
        idle = []
        for _ in range(600):
            with suppress(OSError):
                idle.append(raw_http.connect(stopped))
        sent = len(before.acknowledged)
        late = RetryingClient(stopped.url, stopped.write_key, 1, pause=0.01)
        with sending([late]):
            eventually(lambda: len(late.acknowledged) > 200, 60)
            eventually(lambda: len(before.acknowledged) > sent + 200, 60)
    for each in idle:
        each.close()
    assert stopped.api.process is not None
    assert stopped.api.process.poll() is None
    account = settle(stopped, [*before.acknowledged, *late.acknowledged])
    count(account, refused=before.refused, late_broken=late.broken, late_refused=late.refused)
    assert account.is_exact, account
    assert late.broken > 0
    assert before.statuses | late.statuses <= {200, 503}


def limit_descriptors(ingest: Ingest, soft: int, hard: int) -> None:
    ingest.api.command = ("prlimit", f"--nofile={soft}:{hard}", *ingest.api.command)


@contextmanager
def dripping(connections: list[socket.socket]) -> Iterator[None]:
    """A byte on each of them every half second."""
    stop = threading.Event()

    def drip() -> None:
        while not stop.wait(0.5):
            for each in connections:
                with suppress(OSError):
                    each.sendall(b"x")

    thread = threading.Thread(target=drip)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def p99(ingest: Ingest, sent: list[bytes]) -> float:
    """Seconds from a request on a kept connection to its answer; 200 all of them."""
    connection = http.client.HTTPConnection(ingest.url.removeprefix("http://"), timeout=10)
    headers = {"Authorization": f"Bearer {ingest.write_key}"}
    seconds = []
    for _ in range(MEASURED):
        ids = uuids(10, 0, len(sent))
        started = time.perf_counter()
        connection.request("POST", "/v1/events", batch_of(ids), headers)
        answer = connection.getresponse()
        answer.read()
        seconds.append(time.perf_counter() - started)
        assert answer.status == 200
        sent += ids
    connection.close()
    return sorted(seconds)[int(0.99 * MEASURED)]
