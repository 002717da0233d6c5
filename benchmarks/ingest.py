"""Events a second through the capture API into raw.events, against two baselines.

    make bench-ingest [ARGS="--seconds 20"]

Starts engines and services of its own, and prints one JSON object as its last line. Everything
runs on the same cores, the load generator (wrk) included. Figures are of an app's events, some 410
bytes each; `page_views` are of a site's, some 720 bytes. Two workers share the port, as they do
after `make up`; `one_worker` is what a single one does.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks import paced, wrk
from benchmarks.ingest_services import (
    IngestServices,
    cpu_seconds,
    python,
    wait_until_answering,
)
from benchmarks.payload import Shape
from benchmarks.visibility import Visibility
from stack.ports import free_port

BATCH = 20
PACE = 20_000
WARM_UP_SECONDS = 3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="of the run in batches of 20")
    seconds = parser.parse_args().seconds
    wrk.require()
    with tempfile.TemporaryDirectory() as directory, ExitStack() as stack:
        result = measure(IngestServices(Path(directory), stack), seconds)
    sys.stdout.write(json.dumps(result) + "\n")


def measure(services: IngestServices, seconds: float) -> dict[str, Any]:
    floor = baseline("benchmarks.baselines:floor", seconds / 4)
    route = baseline("benchmarks.baselines:pydantic_route", seconds / 4)
    services.start_api()
    services.start_loader()
    warm_up = drive(services, BATCH, WARM_UP_SECONDS)
    one = drive(services, BATCH, seconds / 4)
    one_single = drive(services, 1, seconds / 4)
    services.start_api()
    warm_up_second = drive(services, BATCH, WARM_UP_SECONDS)
    batches = drive(services, BATCH, seconds)
    page_views = drive(services, BATCH, seconds / 4, Shape.PAGE_VIEWS)
    single = drive(services, 1, seconds / 4)
    steady = latency_at_a_pace(services, seconds / 2)
    visible = visibility_at_a_pace(services, seconds / 4)
    with_one = (warm_up, one, one_single)
    runs = (*with_one, warm_up_second, batches, page_views, single, steady, visible)
    rate = batches["events_per_s"]
    return {
        "events_per_s_batch20": rate,
        "loaded_per_s_batch20": batches["loaded_per_s"],
        "single_rps": single["events_per_s"],
        "p99_ms_at_20k": steady["p99_ms"],
        "queryable_p99_s": visible["queryable_p99_s"],
        "ratio_vs_pydantic_route": round(rate / (route.rate * BATCH), 2),
        "ratio_vs_http_floor": round(rate / (floor.rate * BATCH), 2),
        "rss_mb_peak": max(batches["rss_mb"], single["rss_mb"]),
        "rows": services.rows(),
        "acknowledged": sum(run["acknowledged"] for run in runs),
        "pydantic_route_events_per_s": round(route.rate * BATCH),
        "http_floor_events_per_s": round(floor.rate * BATCH),
        # Not disturbed by what else runs on the machine.
        "cpu_us_per_event_batch20": batches["cpu_us_per_event"],
        "cpu_us_per_event_single": single["cpu_us_per_event"],
        "page_views": page_views,
        "at_20k": {**steady, "queryable_p50_s": visible["queryable_p50_s"]},
        "one_worker": {**one, "single_rps": one_single["events_per_s"]},
        "two_workers_vs_one": {
            "batch20": round(rate / one["events_per_s"], 2),
            "single": round(single["events_per_s"] / one_single["events_per_s"], 2),
        },
        "load_average": round(os.getloadavg()[0], 1),
    }


def drive(
    services: IngestServices, batch: int, seconds: float, shape: Shape = Shape.APP
) -> dict[str, Any]:
    """Drive the API as fast as it answers, and wait until everything is loaded."""
    services.wait_for_merges()
    processes = services.processes()
    before = {name: cpu_seconds(process) for name, process in processes.items()}
    started = time.monotonic()
    rows = services.rows()
    outcome = wrk.run(services.port, services.write_key, batch=batch, shape=shape, seconds=seconds)
    events = outcome.accepted * batch
    rss = sum(services.rss_mb().values())
    # wrk leaves the last answers unread, so there may be more rows than it counted.
    services.wait_for_rows(rows + events)
    loaded_seconds = time.monotonic() - started
    return {
        "events_per_s": round(outcome.rate * batch),
        "loaded_per_s": round(events / loaded_seconds),
        "p99_ms": round(outcome.p99_ms, 1),
        "refused": outcome.refused + outcome.broken,
        "acknowledged": events,
        "rss_mb": rss,
        "cpu_us_per_event": {
            name: round(1e6 * (cpu_seconds(process) - before[name]) / events, 1)
            for name, process in processes.items()
        },
    }


def latency_at_a_pace(services: IngestServices, seconds: float) -> dict[str, Any]:
    """Of answers at 20,000 events a second."""
    services.wait_for_merges()
    outcome = wrk.run(
        services.port,
        services.write_key,
        batch=BATCH,
        shape=Shape.APP,
        seconds=seconds,
        requests_per_s=PACE / BATCH,
    )
    return {
        "acknowledged": outcome.accepted * BATCH,
        "events_per_s": round(outcome.rate * BATCH),
        "p99_ms": round(outcome.p99_ms, 1),
        "p50_ms": round(outcome.p50_ms, 1),
        "refused": outcome.refused + outcome.broken,
    }


def visibility_at_a_pace(services: IngestServices, seconds: float) -> dict[str, Any]:
    """How long events take from their 200 to a query, at 20,000 a second."""
    command = paced_command(services, Shape.APP, PACE, seconds)
    with Visibility(services.clickhouse_url) as visibility:
        output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        outcome = json.loads(output.splitlines()[-1])
        visibility.wait_for(set(outcome["answered"]))
    return {
        "acknowledged": (outcome["requests"] - outcome["refused"]) * BATCH,
        "queryable_p99_s": visibility.percentile(0.99, outcome["answered"]),
        "queryable_p50_s": visibility.percentile(0.5, outcome["answered"]),
    }


def paced_command(
    services: IngestServices, shape: Shape, events_per_s: float, seconds: float
) -> list[str]:
    """The client of `benchmarks.paced` for these services, in a process of its own."""
    return paced.command(
        services.port,
        services.write_key,
        batch=BATCH,
        shape=shape,
        events_per_s=events_per_s,
        seconds=seconds,
    )


def baseline(application: str, seconds: float) -> wrk.Outcome:
    port = free_port()
    command = ["-m", "uvicorn", application, "--port", str(port), "--loop", "uvloop"]
    quiet = ["--http", "httptools", "--no-access-log", "--log-level", "critical"]
    with python(*command, *quiet, environment={}):
        wait_until_answering(port, "/")
        return wrk.run(port, "none", batch=BATCH, shape=Shape.APP, seconds=seconds)


if __name__ == "__main__":
    main()
