"""Memory of the capture API and the loader under a steady load.

    make soak [ARGS="--minutes 10 --events-per-s 10000"]

Prints a line a minute, and one JSON object as its last line. Flat: what the second half of the run
holds is compared with the end of its first.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks.ingest import BATCH, paced_command
from benchmarks.ingest_services import IngestServices
from benchmarks.payload import Shape

SAMPLE_SECONDS = 5.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--events-per-s", type=int, default=10_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory, ExitStack() as stack:
        services = IngestServices(Path(directory), stack)
        services.start_api()
        services.start_api()
        services.start_loader()
        result = soak(services, 60 * arguments.minutes, arguments.events_per_s)
    sys.stdout.write(json.dumps(result) + "\n")


def soak(services: IngestServices, seconds: float, events_per_s: int) -> dict[str, Any]:
    command = paced_command(services, Shape.PAGE_VIEWS, events_per_s, seconds)
    samples: list[dict[str, int]] = []
    started = time.monotonic()
    # Into a file: a pipe is full before the client has said all.
    with tempfile.TemporaryFile("w+") as output, subprocess.Popen(command, stdout=output) as client:
        while client.poll() is None:
            time.sleep(SAMPLE_SECONDS)
            samples.append(services.rss_mb())
            if len(samples) % round(60 / SAMPLE_SECONDS) == 0:
                minutes = (time.monotonic() - started) / 60
                sys.stdout.write(f"{minutes:4.1f} min: {samples[-1]}\n")
                sys.stdout.flush()
        output.seek(0)
        outcome = json.loads(output.read().splitlines()[-1])
    acknowledged = (outcome["requests"] - outcome["refused"]) * BATCH
    totals = [sum(sample.values()) for sample in samples]
    middle = len(totals) // 2
    return {
        "minutes": round(seconds / 60, 1),
        "events_per_s": events_per_s,
        "acknowledged": acknowledged,
        "rows": services.wait_for_rows(acknowledged),
        "refused": outcome["refused"],
        "p99_ms": outcome["p99_ms"],
        "rss_mb_peak": max(totals),
        "rss_mb_peak_first_half": max(totals[:middle]),
        "rss_mb_peak_second_half": max(totals[middle:]),
        "rss_mb_last": samples[-1],
    }


if __name__ == "__main__":
    main()
