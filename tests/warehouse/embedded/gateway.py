"""A gateway process of a test's own, and requests to it."""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import psutil

from stack.ports import free_port


class GatewayProcess:
    """`python -m warehouse.embedded` over one data directory; may be started again."""

    def __init__(
        self,
        directory: Path,
        *options: str,
        admin_password: str = "",
        reader_password: str = "",
        environment: dict[str, str] | None = None,
    ) -> None:
        self.directory = directory
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._options = options
        self._environment = {
            **os.environ,
            "CLICKHOUSE_ADMIN_PASSWORD": admin_password,
            "CLICKHOUSE_READER_PASSWORD": reader_password,
            **(environment or {}),
        }
        self.http = httpx.Client(base_url=self.url, timeout=60)

    def start(self) -> "GatewayProcess":
        self.directory.mkdir(parents=True, exist_ok=True)
        log = (self.directory.parent / f"{self.directory.name}.log").open("ab")
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "warehouse.embedded"),
                *("--data-dir", str(self.directory), "--port", str(self.port), *self._options),
            ],
            env=self._environment,
            stdout=log,
            stderr=log,
        )
        deadline = time.monotonic() + 60
        while not self._answers():
            assert self.process.poll() is None, Path(log.name).read_text()[-2000:]
            assert time.monotonic() < deadline, "the gateway did not start within 60 s"
            time.sleep(0.05)
        return self

    def _answers(self) -> bool:
        try:
            return self.http.get("/ping").status_code == 200
        except httpx.TransportError:
            return False

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """Ask it to end; returns its exit status."""
        self.process.terminate()
        return self.process.wait(60)

    def resident_bytes(self) -> int:
        return int(psutil.Process(self.process.pid).memory_info().rss)

    def post(
        self, sql: str | bytes = b"", *, headers: dict[str, str] | None = None, **parameters: Any
    ) -> httpx.Response:
        return self.http.post("/", content=sql, params=parameters, headers=headers)

    def text(self, sql: str | bytes, **parameters: Any) -> str:
        """The body of a statement that must succeed."""
        response = self.post(sql, **parameters)
        assert response.status_code == 200, response.text
        return response.text

    def rows(self, sql: str | bytes, **parameters: Any) -> list[list[str]]:
        """The rows of a result in TabSeparated."""
        return [line.split("\t") for line in self.text(sql, **parameters).splitlines()]


def error_code(response: httpx.Response) -> tuple[int, int]:
    """HTTP status and ClickHouse's code of a refused request."""
    return response.status_code, int(response.headers.get("x-clickhouse-exception-code", 0))
