"""Events a second of `analytics import`, by format: file, mapping, capture API, log, raw.events.

    python -m benchmarks.history_import [--events 200000] [--format mixpanel …]

Starts engines and services of its own, and prints one JSON object as its last line. Importer, API,
loader and ClickHouse share the cores. `ratio_vs_pydantic_route` is to what the same route takes
that stands beside `make bench-ingest`, measured right before each import.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import exports, wrk
from benchmarks.ingest import BATCH, baseline
from benchmarks.ingest_services import IngestServices, Process, cpu_seconds
from ingest.importer.delivery import IngestClient
from ingest.importer.run import ImportRequest, dry_run, run_import

YARDSTICK_SECONDS = 8


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--format", action="append", choices=list(exports.RECORDS))
    arguments = parser.parse_args()
    wrk.require()
    with tempfile.TemporaryDirectory() as directory, ExitStack() as stack:
        formats = arguments.format or list(exports.RECORDS)
        result = measure(Path(directory), stack, formats, arguments.events)
    sys.stdout.write(json.dumps(result) + "\n")


def measure(directory: Path, stack: ExitStack, formats: list[str], events: int) -> dict[str, Any]:
    ingest = IngestServices(directory, stack)
    services = (ingest.start_api(), ingest.start_loader(), ingest.clickhouse)
    url = f"http://127.0.0.1:{ingest.port}"
    result: dict[str, Any] = {}
    rows = 0

    def missing_rows(expected: int) -> int:
        return expected - ingest.wait_for_rows(expected)

    for name in formats:
        request = ImportRequest(exports.write(directory, name, events), name, "p")
        mapping = time.process_time()
        dry_run(request)
        mapping = time.process_time() - mapping
        rows += events
        route = BATCH * baseline("benchmarks.baselines:pydantic_route", YARDSTICK_SECONDS).rate
        with IngestClient(url, ingest.write_key) as client:
            result[name] = one(request, client, directory, services, partial(missing_rows, rows))
        result[name]["pydantic_route_events_per_s"] = round(route)
        result[name]["ratio_vs_pydantic_route"] = round(result[name]["events_per_s"] / route, 2)
        ingest.wait_for_merges()
        result[name]["cpu_us_per_event"]["mapping_alone"] = round(1e6 * mapping / events, 1)
        result[name]["bytes_per_event"] = round(request.path.stat().st_size / events)
    return result | {"events": events, "load_average": round(os.getloadavg()[0], 1)}


def one(
    request: ImportRequest,
    client: IngestClient,
    directory: Path,
    services: tuple[Process, ...],
    missing_rows: Callable[[], int],
) -> dict[str, Any]:
    before = [cpu_seconds(process) for process in services]
    started, own = time.monotonic(), time.process_time()
    progress = run_import(request, client, directory / "imports").progress
    seconds, own = time.monotonic() - started, time.process_time() - own
    missing = missing_rows()
    loaded = time.monotonic() - started
    spent = [cpu_seconds(process) for process in services]
    cpu = [end - start for start, end in zip(before, spent, strict=True)]
    names = ("importer", "api", "loader", "clickhouse")
    return {
        "events_per_s": round(progress.accepted / seconds),
        "loaded_per_s": round(progress.accepted / loaded),
        "accepted": progress.accepted,
        "rejected": progress.rejected,
        "missing_rows": missing,
        "cpu_us_per_event": {
            name: round(1e6 * each / progress.accepted, 1)
            for name, each in zip(names, [own, *cpu], strict=True)
        },
    }


if __name__ == "__main__":
    main()
