"""Metrics of all workers that share a port, whichever of them was asked."""

import logging
from collections.abc import Iterable, Iterator, Sequence

from prometheus_client import CollectorRegistry, Metric, generate_latest
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

from ingest import internal_http
from ingest.settings import IngestSettings

logger = logging.getLogger(__name__)

ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - what is listened on
# What each worker has of its own. The other gauges describe the log and the disk, which they share.
ADDED_GAUGES = frozenset({"ingest_log_pending_bytes"})


def of_others(settings: IngestSettings) -> Iterator[bytes]:
    """What the other workers say on their own ports; one that is away is left out."""
    host = ANY_ADDRESS.get(settings.ingest_host, settings.ingest_host)
    for port in settings.ingest_worker_ports:
        if port != settings.ingest_worker_port:
            try:
                yield internal_http.get(f"http://{host}:{port}/metrics")
            except OSError as error:
                logger.warning("the worker on port %d does not tell its metrics: %s", port, error)


def added_up(texts: Sequence[bytes]) -> bytes:
    """Counters and histograms are sums. A gauge of what workers share is the highest one seen."""
    registry = CollectorRegistry()
    registry.register(_Sums(texts))
    return generate_latest(registry)


class _Sums(Collector):
    def __init__(self, texts: Sequence[bytes]) -> None:
        self._families: dict[str, Metric] = {}
        self._values: dict[str, dict[tuple[str, tuple[tuple[str, str], ...]], float]] = {}
        for text in texts:
            for family in text_string_to_metric_families(text.decode()):
                self._add(family)

    def collect(self) -> Iterable[Metric]:
        for name, family in self._families.items():
            merged = Metric(name, family.documentation, family.type)
            for (sample, labels), value in self._values[name].items():
                merged.add_sample(sample, dict(labels), value)
            yield merged

    def _add(self, family: Metric) -> None:
        self._families.setdefault(family.name, family)
        values = self._values.setdefault(family.name, {})
        is_shared = family.type == "gauge" and family.name not in ADDED_GAUGES
        for sample in family.samples:
            key = (sample.name, tuple(sample.labels.items()))
            before = values.get(key, 0.0)
            values[key] = max(before, sample.value) if is_shared else before + sample.value
