"""Events a second through the capture API into raw.events, against two baselines.

    python -m benchmarks.ingest [--seconds 20]

Starts engines and services of its own, and prints one JSON object as its last line. Everything
runs on the same cores, the load generator included.
"""

import argparse
import asyncio
import json
import os
import random
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil

from benchmarks import http_load
from control_plane.bootstrap import ensure_first_account
from control_plane.database import Database
from control_plane.migrations import upgrade
from stack.engines import ClickHouse, Postgres, Redis
from stack.engines.foreground import running
from stack.ports import free_port
from warehouse.client import connect
from warehouse.migrations import migrate

BATCH = 20
NAMES = ["page_viewed", "button_clicked", "product_viewed", "order_completed", "search"]
AGENT = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/120.0.0.0 Safari/537.36"
)
LOAD_SECONDS = 300.0

Process = subprocess.Popen[bytes]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0)
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory() as directory, ExitStack() as stack:
        result = measure(Path(directory), stack, seconds)
    sys.stdout.write(json.dumps(result) + "\n")


def measure(directory: Path, stack: ExitStack, seconds: float) -> dict[str, Any]:
    settings, write_key, clickhouse = start_engines(directory, stack)
    api = stack.enter_context(python("-m", "ingest", environment=settings))
    loader = stack.enter_context(python("-m", "ingest.loader", environment=settings))
    port = int(settings["INGEST_PORT"])
    wait_for(port, "/ready")
    floor, floor_cpu = baseline("benchmarks.baselines:floor", write_key, seconds / 2)
    route, route_cpu = baseline("benchmarks.baselines:pydantic_route", write_key, seconds / 2)
    single = asyncio.run(http_load.run(port, requests(write_key, 1), seconds / 2))
    wait_for_rows(settings["CLICKHOUSE_URL"], single.requests)
    before = [cpu_seconds(process) for process in (api, loader, clickhouse)]
    started = time.monotonic()
    batches = asyncio.run(http_load.run(port, requests(write_key, BATCH), seconds))
    expected = single.requests + batches.requests * BATCH
    rows = wait_for_rows(settings["CLICKHOUSE_URL"], expected)
    loaded_seconds = time.monotonic() - started
    after = [cpu_seconds(process) for process in (api, loader, clickhouse)]
    events = batches.requests * BATCH
    cpu = [1e6 * (end - start) / events for start, end in zip(before, after, strict=True)]
    return {
        "events_per_s_batch20": round(batches.rate * BATCH),
        "loaded_per_s": round(batches.requests * BATCH / loaded_seconds),
        "single_rps": round(single.rate),
        "p99_ms_at_full_load": round(batches.percentile(0.99) * 1000, 1),
        "ratio_vs_pydantic_route": round(batches.rate / route.rate, 2),
        "ratio_vs_http_floor": round(batches.rate / floor.rate, 2),
        # Not disturbed by what else runs on the machine.
        "cpu_us_per_event": {
            "api": round(cpu[0], 1),
            "loader": round(cpu[1], 1),
            "clickhouse": round(cpu[2], 1),
            "pydantic_route": round(1e6 * route_cpu / (route.requests * BATCH), 1),
            "http_floor": round(1e6 * floor_cpu / (floor.requests * BATCH), 1),
        },
        "rss_mb": round(
            sum(psutil.Process(p.pid).memory_info().rss for p in (api, loader)) / 2**20
        ),
        "refused": single.refused + batches.refused,
        "acknowledged": expected,
        "rows": rows,
        "load_average": round(os.getloadavg()[0], 1),
    }


def start_engines(directory: Path, stack: ExitStack) -> tuple[dict[str, str], str, Process]:
    """Settings for the services, a write key, and ClickHouse's process."""
    clickhouse = ClickHouse(directory / "clickhouse", free_port(), "secret", "secret")
    postgres = Postgres(directory / "postgres", free_port(), "secret")
    redis = Redis(directory / "redis", free_port(), "secret")
    processes = [
        stack.enter_context(running(engine.service(), directory / "engines.log"))
        for engine in (clickhouse, postgres, redis)
    ]
    client = connect(clickhouse.url)
    migrate(client)
    client.close()
    upgrade(postgres.url())
    with Database(postgres.url()) as database:
        login = database.run(ensure_first_account)
    assert login is not None
    settings = {
        "DATA_DIR": str(directory),
        "CLICKHOUSE_URL": clickhouse.url,
        "DATABASE_URL": postgres.url(),
        "REDIS_URL": redis.url,
        "INGEST_PORT": str(free_port()),
        "LOADER_PORT": str(free_port()),
    }
    return settings, login.write_key, processes[0]


def baseline(application: str, write_key: str, seconds: float) -> tuple[http_load.Outcome, float]:
    """The outcome and the server's CPU seconds."""
    port = free_port()
    command = ["-m", "uvicorn", application, "--port", str(port), "--loop", "uvloop"]
    quiet = ["--http", "httptools", "--no-access-log", "--log-level", "critical"]
    with python(*command, *quiet, environment={}) as process:
        wait_for(port, "/")
        before = cpu_seconds(process)
        outcome = asyncio.run(http_load.run(port, requests(write_key, BATCH), seconds))
        return outcome, cpu_seconds(process) - before


@contextmanager
def python(*arguments: str, environment: dict[str, str]) -> Iterator[Process]:
    process = subprocess.Popen([sys.executable, *arguments], env={**os.environ, **environment})
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)


def cpu_seconds(process: Process) -> float:
    times = psutil.Process(process.pid).cpu_times()
    return float(times.user + times.system)


def requests(write_key: str, size: int) -> Callable[[], bytes]:
    """Renders a request with fresh UUIDv7-like ids each time."""
    chance = random.Random(1)  # noqa: S311 - test data
    events = [event(chance) for _ in range(size)]
    body = json.dumps({"sent_at": "{sent_at}", "events": events}, separators=(",", ":"))
    sent_at = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())
    template = body.replace("%", "%%").replace("{sent_at}", sent_at).replace("{id}", "%s").encode()
    head = (
        f"POST /v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {write_key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(template % ids(size, 0))}\r\n\r\n"
    ).encode()
    counter = iter(range(1, 1 << 40))
    return lambda: head + template % ids(size, next(counter))


_RUN = uuid.uuid4().hex


def ids(size: int, number: int) -> tuple[bytes, ...]:
    prefix = f"{_RUN[:8]}-{_RUN[8:12]}-7{size:03x}-8".encode()
    return tuple(b"%s%03x-%012x" % (prefix, index, number) for index in range(size))


def event(chance: random.Random) -> dict[str, Any]:
    """About 750 bytes: a page's event with its context."""
    return {
        "event_id": "{id}",
        "event": chance.choice(NAMES),
        "user_id": f"user_{chance.randrange(50_000)}",
        "anonymous_id": str(uuid.UUID(int=chance.getrandbits(128))),
        "session_id": f"s{chance.getrandbits(48):012x}",
        "timestamp": time.strftime("%Y-%m-%dT%H:%M:%S.123Z", time.gmtime()),
        "properties": {"price": round(chance.random() * 200, 2), "qty": 3, "currency": "EUR"},
        "context": {
            "page": {
                "url": "https://shop.example.com/alpha?utm_source=news&utm_medium=email",
                "path": "/alpha",
                "title": "Alpha",
                "referrer": "https://www.google.com/",
            },
            "locale": "en-GB",
            "screen": {"width": 1280, "height": 800},
            "library": {"name": "web", "version": "1.0"},
            "user_agent": AGENT,
        },
    }


def wait_for(port: int, path: str) -> None:
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline:
        try:
            httpx.get(f"http://127.0.0.1:{port}{path}", timeout=2, trust_env=False)
        except httpx.HTTPError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(f"nothing answers on port {port}")


def wait_for_rows(clickhouse_url: str, expected: int) -> int:
    client = connect(clickhouse_url)
    deadline = time.monotonic() + LOAD_SECONDS
    rows = 0
    while rows < expected and time.monotonic() < deadline:
        time.sleep(0.5)
        rows = int(client.query("SELECT count() FROM raw.events").result_rows[0][0])
    client.close()
    return rows


if __name__ == "__main__":
    main()
