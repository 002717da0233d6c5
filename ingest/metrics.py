"""Prometheus metrics of the capture API."""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Gauge

from ingest.backlog import Backlog
from ingest.pipeline import RejectedEvent
from ingest.tallies import Tallies


class Metrics:
    def __init__(self) -> None:
        registry = self.registry = CollectorRegistry()
        self._tallies = Tallies()
        registry.register(self._tallies)
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

    def observe_request(self, method: str, route: str, status: int, seconds: float) -> None:
        self._tallies.requests[method, route, status].observe(seconds)

    def count(
        self, project_id: str, names: dict[str, int], rejected: list[RejectedEvent], size: int
    ) -> None:
        """A body of `size` bytes: its accepted events by name, and its rejected ones."""
        self._tallies.count_accepted(project_id, names, size)
        if rejected:
            self._tallies.count_rejected(project_id, (item.code for item in rejected))

    def set_disk_reserve(self, reserve_bytes: int) -> None:
        self._reserve.set(reserve_bytes)

    def watch_pending(self, pending_bytes: Callable[[], float]) -> None:
        self._pending.set_function(pending_bytes)

    def set_backlog(self, backlog: Backlog) -> None:
        self._unloaded.set(backlog.unloaded_bytes)
        self._unloaded_rows.set(backlog.unloaded_rows)
        self._lag.set(backlog.lag_seconds)
        self._free.set(backlog.free_bytes)
