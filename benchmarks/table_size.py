"""What an event costs while raw.events grows.

    python -m benchmarks.table_size [--millions 1 10 50] [--seconds 15]

Fills the table with events of the last 30 days, copies of real ones under new ids, and drives the
API after each step. Prints one JSON object as its last line; 50 million rows take about 10 GB.
"""

import argparse
import json
import math
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks import wrk
from benchmarks.ingest import BATCH, drive
from benchmarks.ingest_services import IngestServices, wait_for_merges
from benchmarks.payload import Shape

STEP = 1_000_000
SAMPLE = 50_000
# A month's events in the order in which they came; ids as old as the events.
_FILL = """
INSERT INTO raw.events
SELECT * EXCEPT (number, moment) REPLACE (
    moment AS received_at, moment AS timestamp, dateTimeToUUIDv7(toDateTime(moment)) AS event_id,
    1 AS _stream, {first:UInt64} + number AS _frame, 0 AS load_id
)
FROM (
    SELECT sample.*, copies.number AS number,
        now64(3) - INTERVAL 30 DAY
            + INTERVAL toUInt64(({first:UInt64} + copies.number) * 2592000 / {last:UInt64}) SECOND
            AS moment
    FROM (SELECT * FROM raw.events WHERE load_id > 0 LIMIT {sample:UInt64}) AS sample
    CROSS JOIN (SELECT number FROM numbers({copies:UInt64})) AS copies
)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--millions", type=int, nargs="+", default=[1, 10, 50])
    parser.add_argument("--seconds", type=float, default=15.0)
    arguments = parser.parse_args()
    wrk.require()
    with tempfile.TemporaryDirectory() as directory, ExitStack() as stack:
        services = IngestServices(Path(directory), stack)
        services.start_api()
        services.start_loader()
        drive(services, BATCH, 5, Shape.PAGE_VIEWS)  # events to copy
        result = [
            measure(services, STEP * millions, arguments.seconds)
            for millions in sorted(arguments.millions)
        ]
    sys.stdout.write(json.dumps(result) + "\n")


def measure(services: IngestServices, rows: int, seconds: float) -> dict[str, Any]:
    fill(services, rows)
    # Those of the copies would be counted as the cost of the events that come next.
    wait_for_merges(services.warehouse, quiet_looks=10, limit_seconds=math.inf)
    # The middle one of three: a merge of the copies that new parts set off counts in one of them.
    runs = [drive(services, BATCH, seconds, Shape.PAGE_VIEWS) for _ in range(3)]
    driven = sorted(runs, key=lambda run: run["events_per_s"])[1]
    names = ("events_per_s", "loaded_per_s", "p99_ms", "cpu_us_per_event")
    return {"rows_before": rows, **{name: driven[name] for name in names}}


def fill(services: IngestServices, rows: int) -> None:
    present = services.rows()
    while present < rows:
        missing = min(rows - present, STEP)
        values = {
            "first": present,
            "last": rows,
            "sample": min(SAMPLE, missing),
            "copies": max(1, missing // SAMPLE),
        }
        services.warehouse.command(_FILL, values)
        present = services.rows()
        sys.stdout.write(f"{present} rows\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
