"""Prometheus metrics of the capture API."""

from collections import Counter as Tally
from collections.abc import Callable
from typing import NamedTuple

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from ingest.backlog import Backlog
from ingest.pipeline import RejectedEvent

MAX_EVENT_NAMES = 200  # a project; the rest are counted as `other`
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class _Children(NamedTuple):
    """A project's counters: of bytes, and of events by name."""

    bytes: Counter
    events: dict[str, Counter]


class Metrics:
    def __init__(self) -> None:
        registry = self.registry = CollectorRegistry()
        self._requests = Histogram(
            "http_request_duration_seconds",
            "Time from the request to its answer",
            ["method", "route", "status"],
            buckets=BUCKETS,
            registry=registry,
        )
        self._tracked = Counter(
            "events_tracked",
            "Events accepted",
            ["project_id", "event_name"],
            registry=registry,
        )
        self._rejected = Counter(
            "events_rejected", "Events rejected", ["project_id", "code"], registry=registry
        )
        self._bytes = Counter(
            "ingest_body_bytes", "JSON received, unpacked", ["project_id"], registry=registry
        )
        self._unloaded = Gauge(
            "ingest_log_unloaded_bytes", "Log waiting for the loader", registry=registry
        )
        self._unloaded_rows = Gauge(
            "ingest_log_unloaded_rows", "Events waiting for the loader", registry=registry
        )
        self._lag = Gauge(
            "ingest_log_lag_seconds", "Age of the oldest event that waits", registry=registry
        )
        self._reserve = Gauge(
            "ingest_disk_reserve_bytes", "Free space below which 503 is answered", registry=registry
        )
        self._free = Gauge(
            "ingest_disk_free_bytes", "Free on the disk of the log", registry=registry
        )
        self._pending = Gauge(
            "ingest_log_pending_bytes", "Frames waiting for the disk", registry=registry
        )
        # Finding a child by its labels takes 3 µs.
        self._request_children: dict[tuple[str, str, int], Histogram] = {}
        self._projects: dict[str, _Children] = {}

    def observe_request(self, method: str, route: str, status: int, seconds: float) -> None:
        key = (method, route, status)
        child = self._request_children.get(key)
        if child is None:
            child = self._request_children[key] = self._requests.labels(*key)
        child.observe(seconds)

    def count(
        self, project_id: str, names: dict[str, int], rejected: list[RejectedEvent], size: int
    ) -> None:
        """A body of `size` bytes: its accepted events by name, and its rejected ones."""
        children = self._projects.get(project_id)
        if children is None:
            children = self._projects[project_id] = _Children(self._bytes.labels(project_id), {})
        children.bytes.inc(size)
        for name, count in names.items():
            tracked = children.events.get(name) or self._events_child(project_id, name)
            tracked.inc(count)
        for code, count in Tally([item.code for item in rejected]).items() if rejected else ():
            self._rejected.labels(project_id, code).inc(count)

    def set_disk_reserve(self, reserve_bytes: int) -> None:
        self._reserve.set(reserve_bytes)

    def watch_pending(self, pending_bytes: Callable[[], float]) -> None:
        self._pending.set_function(pending_bytes)

    def set_backlog(self, backlog: Backlog) -> None:
        self._unloaded.set(backlog.unloaded_bytes)
        self._unloaded_rows.set(backlog.unloaded_rows)
        self._lag.set(backlog.lag_seconds)
        self._free.set(backlog.free_bytes)

    def _events_child(self, project_id: str, name: str) -> Counter:
        """The counter of an event name that has none yet; that of `other` once there are many."""
        children = self._projects[project_id].events
        if len(children) >= MAX_EVENT_NAMES:
            return self._tracked.labels(project_id, "other")
        children[name] = self._tracked.labels(project_id, name)
        return children[name]
