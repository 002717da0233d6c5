"""When events can be queried: the table is asked again and again for the newest ones."""

import threading
import time
from types import TracebackType

from warehouse.client import connect

INTERVAL_SECONDS = 0.05
PATIENCE_SECONDS = 60.0
# The first events of the batches that came with the loads since the last look.
_SQL = """
SELECT toString(event_id), load_id FROM raw.events WHERE load_id > {seen:UInt64} AND _row = 0
"""


class Visibility:
    """Notes the time at which each event was first found, while the `with` block runs."""

    def __init__(self, clickhouse_url: str) -> None:
        self._client = connect(clickhouse_url)
        self._seen_at: dict[str, float] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "Visibility":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join()
        self._client.close()

    def wait_for(self, event_ids: set[str]) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not event_ids <= self._seen_at.keys() and time.monotonic() < deadline:
            time.sleep(INTERVAL_SECONDS)

    def percentile(self, share: float, answered: dict[str, float]) -> float:
        """Seconds from an event's 200 to the first query that found it."""
        waits = sorted(
            self._seen_at.get(event_id, float("inf")) - at for event_id, at in answered.items()
        )
        return round(waits[min(int(len(waits) * share), len(waits) - 1)], 3)

    def _watch(self) -> None:
        last = self._client.query("SELECT max(load_id) FROM raw.events").result_rows[0][0]
        while not self._stop.is_set():
            found = self._client.query(_SQL, {"seen": int(last)}).result_rows
            now = time.time()
            for event_id, load_id in found:
                self._seen_at.setdefault(event_id, now)
                last = max(last, load_id)
            self._stop.wait(INTERVAL_SECONDS)
