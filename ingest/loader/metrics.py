"""Prometheus metrics of the loader."""

import logging
import time

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from ingest.log.stream_reader import Loss

logger = logging.getLogger(__name__)

BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0)


class LoaderMetrics:
    def __init__(self) -> None:
        registry = self.registry = CollectorRegistry()
        self._rows = Counter("loader_rows", "Rows inserted", ["table"], registry=registry)
        self._seconds = Histogram(
            "loader_insert_seconds", "Time of an insert", buckets=BUCKETS, registry=registry
        )
        self._duplicates = Counter("loader_duplicates", "Client retries dropped", registry=registry)
        self._poison = Counter("loader_poison_rows", "Rows refused by the table", registry=registry)
        self._errors = Counter(
            "loader_errors", "Failed statements by ClickHouse code", ["code"], registry=registry
        )
        self._losses = Counter(
            "loader_log_losses",
            "Damaged places in the log; acknowledged=true is data loss",
            ["acknowledged"],
            registry=registry,
        )
        self._pending = Gauge("loader_pending_rows", "Rows read, not inserted", registry=registry)
        lag = Gauge("loader_lag_seconds", "Age of the oldest row read", registry=registry)
        lag.set_function(self.lag_seconds)  # it grows while an insert is tried again
        self._load_id = Gauge("loader_load_id", "Last load id given", registry=registry)
        self._checkpoint_errors = Counter(
            "loader_checkpoint_errors", "Failures to store the checkpoint", registry=registry
        )
        self._oldest_written_at = 0  # milliseconds since the epoch; 0: nothing is in hand
        self.polled_at = time.monotonic()
        self.last_error = ""
        self.checkpoint_error = ""

    def polled(self, rows: int, oldest_written_at: int) -> None:
        """The loader is alive and has so many rows in hand."""
        self.polled_at = time.monotonic()
        self._pending.set(rows)
        self._oldest_written_at = oldest_written_at if rows else 0

    def inserted(self, table: str, rows: int, seconds: float, load_id: int) -> None:
        self.last_error = ""
        self._rows.labels(table).inc(rows)
        self._seconds.observe(seconds)
        self._load_id.set(load_id)

    def duplicates(self, count: int) -> None:
        self._duplicates.inc(count)

    def poisoned(self, reason: str) -> None:
        logger.error("a row was refused and is in raw.events_rejected: %s", reason)
        self._poison.inc()

    def failed(self, code: int, message: str) -> None:
        logger.warning("ClickHouse: %s", message)
        self.last_error = message
        self._errors.labels(str(code)).inc()

    def checkpoint_failed(self, message: str) -> None:
        logger.warning("the checkpoint could not be stored: %s", message)
        self.checkpoint_error = message
        self._checkpoint_errors.inc()

    def checkpoint_saved(self) -> None:
        self.checkpoint_error = ""

    def lost(self, loss: Loss) -> None:
        level = logging.ERROR if loss.is_acknowledged else logging.INFO
        logger.log(level, "segment log: %s", loss)
        self._losses.labels(str(loss.is_acknowledged).lower()).inc()

    def pending_rows(self) -> int:
        return int(self._pending._value.get())

    def lag_seconds(self) -> float:
        oldest = self._oldest_written_at
        return max(0.0, time.time() - oldest / 1000) if oldest else 0.0
