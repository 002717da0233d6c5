"""What requests are counted in: plain numbers, which Prometheus reads when it asks.

prometheus_client's counters take a lock each time, some 2 µs, and a request needs half a dozen.
Counting is left to the event loop; `collect` copies, so that any thread may ask.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import accumulate

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
MAX_EVENT_NAMES = 200  # a project; the rest are counted as `other`


class Latencies:
    """Requests by how long they took; the last place is for those above all buckets."""

    __slots__ = ("counts", "seconds")

    def __init__(self) -> None:
        self.counts = [0] * (len(BUCKETS) + 1)
        self.seconds = 0.0

    def observe(self, seconds: float) -> None:
        self.counts[bisect_left(BUCKETS, seconds)] += 1
        self.seconds += seconds

    def cumulative(self) -> Iterator[tuple[str, float]]:
        """Prometheus' buckets: each counts those below it too."""
        return zip((*map(str, BUCKETS), "+Inf"), accumulate(self.counts), strict=True)


class Tallies(Collector):
    def __init__(self) -> None:
        self.requests: defaultdict[tuple[str, str, int], Latencies] = defaultdict(Latencies)
        self._bytes: Counter[str] = Counter()
        self._events: defaultdict[str, dict[str, int]] = defaultdict(dict)
        self._rejected: Counter[tuple[str, str]] = Counter()

    def count_accepted(self, project_id: str, names: dict[str, int], size: int) -> None:
        """Of a body of `size` bytes, its accepted events by name."""
        self._bytes[project_id] += size
        tally = self._events[project_id]
        for name, count in names.items():
            is_listed = name in tally or len(tally) < MAX_EVENT_NAMES
            label = name if is_listed else "other"
            tally[label] = tally.get(label, 0) + count

    def count_rejected(self, project_id: str, codes: Iterable[str]) -> None:
        self._rejected.update((project_id, code) for code in codes)

    def collect(self) -> Iterable[Metric]:
        requests = HistogramMetricFamily(
            "http_request_duration_seconds",
            "Time from the request to its answer",
            labels=["method", "route", "status"],
        )
        for (method, route, status), latencies in list(self.requests.items()):
            labels = [method, route, str(status)]
            requests.add_metric(labels, list(latencies.cumulative()), latencies.seconds)
        tracked = CounterMetricFamily(
            "events_tracked", "Events accepted", labels=["project_id", "event_name"]
        )
        for project_id, tally in list(self._events.items()):
            for name, count in list(tally.items()):
                tracked.add_metric([project_id, name], count)
        rejected = CounterMetricFamily(
            "events_rejected", "Events rejected", labels=["project_id", "code"]
        )
        for key, count in list(self._rejected.items()):
            rejected.add_metric(key, count)
        size = CounterMetricFamily(
            "ingest_body_bytes", "JSON received, unpacked", labels=["project_id"]
        )
        for project_id, count in list(self._bytes.items()):
            size.add_metric([project_id], count)
        return (requests, tracked, rejected, size)
