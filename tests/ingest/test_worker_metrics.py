"""The metrics of workers that share a port are added up."""

import socket
import threading

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from ingest.backlog import Backlog
from ingest.metrics import Metrics
from ingest.pipeline import RejectedEvent
from ingest.settings import IngestSettings
from ingest.worker_metrics import added_up, of_others


def worker(views: int, *, seconds: float, lag: float, pending: int) -> CollectorRegistry:
    metrics = Metrics()
    metrics.count("shop", {"viewed": views}, [], 100 * views)
    metrics.observe_request("POST", "/v1/events", 200, seconds)
    metrics.set_disk_reserve(512)
    metrics.set_backlog(Backlog(unloaded_rows=7, lag_seconds=lag, free_bytes=9))
    metrics.watch_pending(lambda: pending)
    return metrics.registry


@pytest.fixture
def lines() -> list[str]:
    first = worker(3, seconds=0.003, lag=1.5, pending=10)
    second = worker(4, seconds=0.02, lag=2.5, pending=20)
    return added_up([generate_latest(first), generate_latest(second)]).decode().splitlines()


def test_what_each_worker_counts_is_added(lines: list[str]) -> None:
    assert 'events_tracked_total{event_name="viewed",project_id="shop"} 7.0' in lines
    assert 'ingest_body_bytes_total{project_id="shop"} 700.0' in lines
    assert "ingest_log_pending_bytes 30.0" in lines


def test_buckets_of_latencies_are_added(lines: list[str]) -> None:
    labels = 'method="POST",route="/v1/events",status="200"'
    name = "http_request_duration_seconds"
    assert f"{name}_count{{{labels}}} 2.0" in lines
    assert f"{name}_sum{{{labels}}} 0.023" in lines
    buckets = {bound: f'{name}_bucket{{le="{bound}",{labels}}}' for bound in ("0.005", "0.025")}
    assert f"{buckets['0.005']} 1.0" in lines
    assert f"{buckets['0.025']} 2.0" in lines


def test_what_workers_share_is_said_once(lines: list[str]) -> None:
    assert "ingest_log_unloaded_rows 7.0" in lines
    assert "ingest_disk_reserve_bytes 512.0" in lines
    assert "ingest_log_lag_seconds 2.5" in lines


def test_types_and_help_stay(lines: list[str]) -> None:
    assert "# TYPE events_tracked_total counter" in lines
    assert "# TYPE http_request_duration_seconds histogram" in lines
    assert "# HELP ingest_log_lag_seconds Age of the oldest event that waits" in lines


def test_a_series_of_one_worker_alone_is_kept() -> None:
    first, second = Metrics(), Metrics()
    second.count("shop", {}, [RejectedEvent(0, None, "", "why", "no_name")], 5)
    text = added_up([generate_latest(first.registry), generate_latest(second.registry)]).decode()
    assert 'events_rejected_total{code="no_name",project_id="shop"} 1.0' in text.splitlines()


def test_one_worker_tells_what_it_would_alone() -> None:
    text = generate_latest(worker(3, seconds=0.003, lag=1.5, pending=10))
    assert added_up([text]) == text


def test_a_worker_that_is_away_is_left_out() -> None:
    settings = IngestSettings(ingest_worker_port=1, ingest_worker_ports=(1, 2))
    assert list(of_others(settings)) == []


def test_a_worker_that_dies_while_it_answers_is_left_out() -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        port = listening.getsockname()[1]
        answer = threading.Thread(target=_answer_half, args=(listening,))
        answer.start()
        settings = IngestSettings(ingest_worker_port=1, ingest_worker_ports=(1, port))
        assert list(of_others(settings)) == []
        answer.join()


def _answer_half(listening: socket.socket) -> None:
    connection, _ = listening.accept()
    with connection:
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
