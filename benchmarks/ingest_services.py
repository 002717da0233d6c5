"""Engines, the capture API and the loader for a measurement, in processes of their own."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import psutil
from clickhouse_connect.driver.client import Client

from control_plane.bootstrap import ensure_first_account
from control_plane.database import Database
from control_plane.migrations import upgrade
from stack.engines import ClickHouse, Postgres, Redis
from stack.engines.foreground import running
from stack.ports import free_port
from warehouse.client import connect
from warehouse.migrations import migrate

START_SECONDS = 180.0
LOAD_SECONDS = 600.0
MERGE_SECONDS = 60.0
# The engine starts the next merge within a second or two of the last one.
LOOK_SECONDS = 0.5
QUIET_LOOKS = 4

Process = subprocess.Popen[bytes]


class IngestServices:
    """`start_api` may be called again: workers share the port."""

    def __init__(self, directory: Path, stack: ExitStack) -> None:
        self._stack = stack
        clickhouse = ClickHouse(directory / "clickhouse", free_port(), "secret", "secret")
        postgres = Postgres(directory / "postgres", free_port(), "secret")
        redis = Redis(directory / "redis", free_port(), "secret")
        engines = (clickhouse, postgres, redis)
        log = directory / "engines.log"
        processes = [stack.enter_context(running(engine.service(), log)) for engine in engines]
        self.clickhouse = processes[0]
        self.clickhouse_url = clickhouse.url
        self.warehouse: Client = connect(clickhouse.url)
        stack.callback(self.warehouse.close)
        migrate(self.warehouse)
        upgrade(postgres.url())
        with Database(postgres.url()) as database:
            login = database.run(ensure_first_account)
        assert login is not None
        self.write_key = login.write_key
        self.port = free_port()
        self._environment = {
            "DATA_DIR": str(directory),
            "CLICKHOUSE_URL": clickhouse.url,
            "DATABASE_URL": postgres.url(),
            "REDIS_URL": redis.url,
            "INGEST_PORT": str(self.port),
            "LOADER_PORT": str(free_port()),
        }
        self.apis: list[Process] = []
        self.loader: Process | None = None

    def start_api(self) -> Process:
        own_port = free_port()
        environment = {**self._environment, "INGEST_WORKER_PORT": str(own_port)}
        process = self._stack.enter_context(python("-m", "ingest", environment=environment))
        wait_until_answering(own_port, "/ready")
        self.apis.append(process)
        return process

    def start_loader(self) -> Process:
        self.loader = self._stack.enter_context(
            python("-m", "ingest.loader", environment=self._environment)
        )
        return self.loader

    def rows(self) -> int:
        return int(self.warehouse.query("SELECT count() FROM raw.events").result_rows[0][0])

    def wait_for_rows(self, expected: int) -> int:
        """The count once it has reached `expected`, or after ten minutes."""
        deadline = time.monotonic() + LOAD_SECONDS
        while (rows := self.rows()) < expected and time.monotonic() < deadline:
            time.sleep(0.1)
        return rows

    def wait_for_merges(self) -> None:
        wait_for_merges(self.warehouse)

    def processes(self) -> dict[str, Process]:
        """By name; several workers of the API are api, api_2 and so on."""
        named = {
            "api" if number == 1 else f"api_{number}": api
            for number, api in enumerate(self.apis, 1)
        }
        if self.loader is not None:
            named["loader"] = self.loader
        return {**named, "clickhouse": self.clickhouse}

    def rss_mb(self) -> dict[str, int]:
        """Resident memory of the API's workers and the loader, by name."""
        return {
            name: round(psutil.Process(process.pid).memory_info().rss / 2**20)
            for name, process in self.processes().items()
            if name != "clickhouse"
        }


@contextmanager
def python(*arguments: str, environment: dict[str, str]) -> Iterator[Process]:
    process = subprocess.Popen([sys.executable, *arguments], env={**os.environ, **environment})
    try:
        yield process
    finally:
        process.terminate()
        process.wait(60)


def wait_for_merges(
    client: Client, *, quiet_looks: int = QUIET_LOOKS, limit_seconds: float = MERGE_SECONDS
) -> None:
    """Until what was written is merged, so that the next run pays for its own merges only."""
    deadline = time.monotonic() + limit_seconds
    looks_without = 0
    while looks_without < quiet_looks and time.monotonic() < deadline:
        merges = client.query("SELECT count() FROM system.merges").result_rows[0][0]
        looks_without = 0 if merges else looks_without + 1
        time.sleep(LOOK_SECONDS)


def cpu_seconds(process: Process) -> float:
    times = psutil.Process(process.pid).cpu_times()
    return float(times.user + times.system)


def wait_until_answering(port: int, path: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            httpx.get(f"http://127.0.0.1:{port}{path}", timeout=2, trust_env=False)
        except httpx.HTTPError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(f"nothing answers on port {port}")
