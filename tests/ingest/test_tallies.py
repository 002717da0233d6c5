"""What requests are counted in, as Prometheus reads it."""

from prometheus_client import CollectorRegistry, generate_latest

from ingest.metrics import Metrics
from ingest.pipeline import RejectedEvent
from ingest.tallies import MAX_EVENT_NAMES


def lines_of(registry: CollectorRegistry, name: str) -> list[str]:
    text = generate_latest(registry).decode()
    return [line for line in text.splitlines() if line.startswith(name)]


def test_events_and_bytes_are_counted_by_project() -> None:
    metrics = Metrics()
    metrics.count("p1", {"seen": 2, "bought": 1}, [], 300)
    metrics.count("p1", {"seen": 1}, [], 100)
    metrics.count("p2", {"seen": 5}, [], 50)
    assert lines_of(metrics.registry, "events_tracked_total") == [
        'events_tracked_total{event_name="seen",project_id="p1"} 3.0',
        'events_tracked_total{event_name="bought",project_id="p1"} 1.0',
        'events_tracked_total{event_name="seen",project_id="p2"} 5.0',
    ]
    assert lines_of(metrics.registry, "ingest_body_bytes_total") == [
        'ingest_body_bytes_total{project_id="p1"} 400.0',
        'ingest_body_bytes_total{project_id="p2"} 50.0',
    ]


def test_rejected_events_are_counted_by_their_code() -> None:
    metrics = Metrics()
    refused = [RejectedEvent(n, None, "", "why", "too_deep") for n in range(2)]
    metrics.count("p1", {}, [*refused, RejectedEvent(2, None, "", "why", "invalid_type")], 10)
    assert lines_of(metrics.registry, "events_rejected_total") == [
        'events_rejected_total{code="too_deep",project_id="p1"} 2.0',
        'events_rejected_total{code="invalid_type",project_id="p1"} 1.0',
    ]


def test_names_beyond_the_limit_are_counted_as_other() -> None:
    metrics = Metrics()
    metrics.count("p1", {f"name {n}": 1 for n in range(MAX_EVENT_NAMES + 3)}, [], 0)
    metrics.count("p1", {"name 0": 1}, [], 0)
    lines = lines_of(metrics.registry, "events_tracked_total")
    assert len(lines) == MAX_EVENT_NAMES + 1
    assert lines[0] == 'events_tracked_total{event_name="name 0",project_id="p1"} 2.0'
    assert lines[-1] == 'events_tracked_total{event_name="other",project_id="p1"} 3.0'


def test_each_bucket_of_latencies_counts_those_below_it_too() -> None:
    metrics = Metrics()
    for seconds in (0.0005, 0.001, 0.003, 20.0):
        metrics.observe_request("POST", "/v1/events", 200, seconds)
    labels = 'method="POST",route="/v1/events",status="200"'
    buckets = lines_of(metrics.registry, "http_request_duration_seconds_bucket")
    assert [line.removeprefix("http_request_duration_seconds_bucket") for line in buckets] == [
        f'{{le="{bucket}",{labels}}} {count}.0'
        for bucket, count in (
            *(("0.001", 2), ("0.0025", 2), ("0.005", 3), ("0.01", 3), ("0.025", 3), ("0.05", 3)),
            *(("0.1", 3), ("0.25", 3), ("0.5", 3), ("1.0", 3), ("2.5", 3), ("5.0", 3), ("10.0", 3)),
            ("+Inf", 4),
        )
    ]
    assert lines_of(metrics.registry, "http_request_duration_seconds_sum") == [
        f"http_request_duration_seconds_sum{{{labels}}} 20.0045"
    ]
