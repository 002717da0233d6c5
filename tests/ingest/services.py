"""Our processes under test: the capture API, the loader, and what drives them."""

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from clickhouse_connect.driver.client import Client

from control_plane.bootstrap import ensure_first_account
from control_plane.database import Database
from stack.ports import free_port
from warehouse.client import connect

CLIENT_LIBRARIES = Path(__file__).parents[1] / "clients/node/node_modules"
START_SECONDS = 180.0  # 3 s on an idle machine


@dataclass
class Service:
    """One of our processes; killed and started again at will."""

    command: tuple[str, ...]
    environment: Mapping[str, str]
    probe: str
    journal: Path
    process: subprocess.Popen[bytes] | None = None

    def start(self, *, wait: bool = True, **environment: str) -> None:
        with self.journal.open("ab") as output:
            self.process = subprocess.Popen(
                self.command,
                env={**self.environment, **environment},
                stdout=output,
                stderr=output,
            )
        if wait:
            self.wait_until_up()

    def wait_until_up(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            try:
                httpx.get(self.probe, timeout=1)
            except httpx.HTTPError:
                if self.process is None or self.process.poll() is not None:
                    break
                time.sleep(0.05)
            else:
                return
        raise AssertionError(f"{self.command} did not start:\n{self.journal.read_text()[-3000:]}")

    def kill(self) -> None:
        self.end(signal.SIGKILL)

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(20)


@dataclass
class Ingest:
    api: Service
    loader: Service
    project_id: str
    write_key: str
    database_url: str
    data_dir: Path
    warehouse: Client
    http: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=20))

    @property
    def url(self) -> str:
        return self.api.probe.removesuffix("/ready")

    @property
    def log_directory(self) -> Path:
        return self.data_dir / "ingest" / "log"

    def post(self, path: str, **request: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.write_key}", **request.pop("headers", {})}
        return self.http.post(self.url + path, headers=headers, **request)

    def send(self, *events: dict[str, Any], **batch: Any) -> httpx.Response:
        return self.post("/v1/events", json={"events": list(events), **batch})

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """`{project}` is this project's id."""
        return [
            tuple(row)
            for row in self.warehouse.query(sql, {"project": self.project_id}).result_rows
        ]

    def stored(self, columns: str = "*", table: str = "raw.events") -> list[dict[str, Any]]:
        sql = f"SELECT {columns} FROM {table} WHERE project_id = {{project:String}} ORDER BY ALL"
        return list(self.warehouse.query(sql, {"project": self.project_id}).named_results())

    def wait_for_rows(
        self, count: int, table: str = "raw.events", seconds: float = 15.0
    ) -> list[dict[str, Any]]:
        """The rows of this project once there are `count`."""
        deadline = time.monotonic() + seconds
        while len(rows := self.stored(table=table)) < count and time.monotonic() < deadline:
            time.sleep(0.1)
        assert len(rows) == count, self.loader.journal.read_text()[-3000:]
        return rows


def event(**fields: Any) -> dict[str, Any]:
    return {"event": "clicked", "anonymous_id": "a1", "event_id": str(uuid.uuid4()), **fields}


@contextmanager
def running(ingest: Ingest) -> Iterator[Ingest]:
    services = (ingest.api, ingest.loader)
    try:
        for service in services:
            service.start(wait=False)
        for service in services:
            service.wait_until_up()
        yield ingest
    finally:
        for service in services:
            service.kill()
        ingest.http.close()
        ingest.warehouse.close()


def make_ingest(directory: Path, clickhouse_url: str, database_url: str, redis_url: str) -> Ingest:
    with Database(database_url) as database:
        login = database.run(ensure_first_account)
    assert login is not None
    api_port, loader_port = free_port(), free_port()
    environment = {
        "DATA_DIR": str(directory),
        "CLICKHOUSE_URL": clickhouse_url,
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "INGEST_PORT": str(api_port),
        "LOADER_PORT": str(loader_port),
        "KEY_REFRESH_SECONDS": "1",
        "DISK_RESERVE_BYTES": str(64 << 20),
        "CLIENT_LIBRARIES": str(CLIENT_LIBRARIES),
    }
    return Ingest(
        api=_service("ingest", environment, api_port, directory),
        loader=_service("ingest.loader", environment, loader_port, directory),
        project_id=login.project_id,
        write_key=login.write_key,
        database_url=database_url,
        data_dir=directory,
        warehouse=connect(clickhouse_url),
    )


def _service(module: str, environment: dict[str, str], port: int, directory: Path) -> Service:
    return Service(
        command=(sys.executable, "-m", module),
        environment={**os.environ, **environment},
        probe=f"http://127.0.0.1:{port}/ready",
        journal=directory / f"{module}.log",
    )
