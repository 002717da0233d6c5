"""wrk, a load generator in C, with the requests of `benchmarks.payload`."""

import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple

from benchmarks import payload
from benchmarks.payload import Shape

SCRIPT = Path(__file__).with_name("wrk.lua")
CONNECTIONS = 32
BODIES = 256


class Outcome(NamedTuple):
    seconds: float
    requests: int  # answered, those refused included
    refused: int  # not answered 2xx or 3xx
    broken: int
    p50_ms: float
    p99_ms: float

    @property
    def accepted(self) -> int:
        return self.requests - self.refused

    @property
    def rate(self) -> float:
        """Accepted requests a second."""
        return self.accepted / self.seconds


def require() -> None:
    if shutil.which("wrk") is None:
        raise SystemExit("error: wrk is missing; on Debian: apt-get install wrk")


def run(
    port: int,
    write_key: str,
    *,
    batch: int,
    shape: Shape,
    seconds: float,
    requests_per_s: float | None = None,
) -> Outcome:
    """Drive `POST /v1/events` at a pace, or as fast as it answers."""
    pace = "" if requests_per_s is None else str(requests_per_s)
    with tempfile.NamedTemporaryFile("w", suffix=".ndjson") as file:
        file.writelines(f"{body}\n" for body in payload.bodies(BODIES, batch, shape))
        file.flush()
        command = [
            *("wrk", "--threads", "1", "--connections", str(CONNECTIONS)),
            *("--duration", f"{round(seconds)}s", "--script", str(SCRIPT)),
            *(f"http://127.0.0.1:{port}/v1/events", "--", file.name, write_key, pace),
        ]
        output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return Outcome(**json.loads(output.splitlines()[-1]))
