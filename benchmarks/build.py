"""What building the marts costs ClickHouse: in full, and after 100,000 new events.

    make bench-build [ARGS="--events 1000000"]

Starts an engine of its own, fills it with a history and prints one JSON object as its last line.
"""

import argparse
import json
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import psutil

from benchmarks.warehouse import Warehouse

INCREMENT = 100_000
DAYS_OF_INCREMENT = 0.3
GIGABYTE = 1 << 30


class PeakMemory:
    """The most that a process has held while this was open."""

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.bytes = 0

    def __enter__(self) -> "PeakMemory":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(0.1):
            self.bytes = max(self.bytes, self._process.memory_info().rss)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=10_000_000)
    events = parser.parse_args().events
    with (
        tempfile.TemporaryDirectory() as directory,
        Warehouse(Path(directory), events) as warehouse,
    ):
        result = measure(warehouse, events)
    sys.stdout.write(json.dumps(result) + "\n")


def measure(warehouse: Warehouse, events: int) -> dict[str, Any]:
    dbt, history = warehouse.dbt, warehouse.history
    with PeakMemory(warehouse.process.pid) as memory:
        started = time.monotonic()
        full = dbt.run("--full-refresh")
        full_s = time.monotonic() - started
        history.add(INCREMENT, days=DAYS_OF_INCREMENT, loads=1)
        started = time.monotonic()
        increment = dbt.run()
        increment_s = time.monotonic() - started
    return {
        "events": events,
        "full_cpu_s": round(full.cpu_s, 1),
        "full_s": round(full_s, 1),
        "incremental_100k_cpu_s": round(increment.cpu_s, 1),
        "incremental_100k_s": round(increment_s, 1),
        "peak_rss_gb": round(memory.bytes / GIGABYTE, 2),
        "full_by_model": _dearest_first(full.by_model),
        "incremental_by_model": _dearest_first(increment.by_model),
    }


def _dearest_first(by_model: dict[str, float]) -> dict[str, float]:
    return dict(sorted(by_model.items(), key=lambda item: -item[1]))


if __name__ == "__main__":
    main()
