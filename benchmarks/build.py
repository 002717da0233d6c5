"""What building the marts costs ClickHouse: in full, and after 100,000 new events.

    make bench-build [ARGS="--events 1000000 10000000"]
    make bench-build-50m

Starts an engine of its own for each size, fills it with a history, and prints what models cost
beside SQL written by hand with the same rows. The last line is one JSON object; what was not run
is null in it, and the increment, ratio and memory are those at 10 million events, if run.
"""

import argparse
import json
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

from benchmarks.dbt_runs import Costs
from benchmarks.ingest_services import wait_for_merges
from benchmarks.model_costs import ModelCost, compared, table, worst_ratio
from benchmarks.warehouse import Warehouse

TEN_MILLION, FIFTY_MILLION = 10_000_000, 50_000_000
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
    parser.add_argument("--events", type=int, nargs="+", default=[TEN_MILLION])
    builds = {events: _build(events) for events in sorted(set(parser.parse_args().events))}
    sys.stdout.write(json.dumps(report(builds)) + "\n")


def _build(events: int) -> "Builds":
    with (
        tempfile.TemporaryDirectory() as directory,
        Warehouse(Path(directory), events) as warehouse,
    ):
        builds = measure(warehouse)
    sys.stdout.write(f"{events:,} events\n{table(builds.models)}\n\n")
    return builds


@dataclass(frozen=True)
class Builds:
    """A full one and an increment; `models` are those of the full one."""

    full: Costs
    full_s: float
    models: list[ModelCost]
    increment: Costs
    increment_s: float
    peak_bytes: int


def measure(warehouse: Warehouse) -> Builds:
    dbt, history, pid = warehouse.dbt, warehouse.history, warehouse.process.pid
    with PeakMemory(pid) as memory_of_full:
        started = time.monotonic()
        full = dbt.run("--full-refresh")
        full_s = time.monotonic() - started
    wait_for_merges(warehouse.client)
    costs = compared(
        warehouse.client, full.by_model, warehouse.cpu_seconds, present=datetime.now(UTC)
    )
    models = list(costs)
    history.add(INCREMENT, days=DAYS_OF_INCREMENT, loads=1)
    with PeakMemory(pid) as memory_of_increment:
        started = time.monotonic()
        increment = dbt.run()
        increment_s = time.monotonic() - started
    peak = max(memory_of_full.bytes, memory_of_increment.bytes)
    return Builds(full, full_s, models, increment, increment_s, peak)


def report(builds: Mapping[int, Builds]) -> dict[str, Any]:
    """By number of events before the increment."""
    ten, fifty = builds.get(TEN_MILLION), builds.get(FIFTY_MILLION)
    usual = ten or builds[max(builds)]
    return {
        "full_10m_cpu_s": ten and round(ten.full.cpu_s, 1),
        "full_10m_s": ten and round(ten.full_s, 1),
        "full_50m_cpu_s": fifty and round(fifty.full.cpu_s, 1),
        "incremental_100k_cpu_s": round(usual.increment.cpu_s, 1),
        "worst_model_ratio": worst_ratio(usual.models),
        "peak_rss_gb": round(usual.peak_bytes / GIGABYTE, 2),
        "by_events": {events: _detail(each) for events, each in builds.items()},
    }


def _detail(builds: Builds) -> dict[str, Any]:
    return {
        "full_cpu_s": round(builds.full.cpu_s, 1),
        "full_s": round(builds.full_s, 1),
        "incremental_100k_cpu_s": round(builds.increment.cpu_s, 1),
        "incremental_100k_s": round(builds.increment_s, 1),
        "peak_rss_gb": round(builds.peak_bytes / GIGABYTE, 2),
        "ratio_by_model": {each.model: each.ratio for each in builds.models if each.ratio},
        "full_by_model": _dearest_first(builds.full.by_model),
        "incremental_by_model": _dearest_first(builds.increment.by_model),
    }


def _dearest_first(by_model: dict[str, float]) -> dict[str, float]:
    return dict(sorted(by_model.items(), key=lambda item: -item[1]))


if __name__ == "__main__":
    main()
