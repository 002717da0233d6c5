"""ClickHouse: the embedded engine behind our ClickHouse-HTTP gateway."""

import sys
from dataclasses import dataclass
from pathlib import Path

from stack.engines.isolation import isolated_environment
from stack.supervisor.probes import http_ok
from stack.supervisor.service import Service

HOST = "127.0.0.1"


@dataclass(frozen=True)
class ClickHouse:
    data_directory: Path
    port: int
    admin_password: str
    reader_password: str

    @property
    def url(self) -> str:
        return f"http://admin:{self.admin_password}@{HOST}:{self.port}"

    @property
    def reader_url(self) -> str:
        return f"http://reader:{self.reader_password}@{HOST}:{self.port}"

    def service(self) -> Service:
        return Service(
            name="clickhouse",
            command=(
                *(sys.executable, "-m", "warehouse.embedded"),
                *("--data-dir", str(self.data_directory)),
                *("--host", HOST, "--port", str(self.port)),
            ),
            probe=http_ok(self.port, "/ping"),
            port=self.port,
            port_setting="CLICKHOUSE_PORT",
            environment={
                **isolated_environment(),
                "CLICKHOUSE_ADMIN_PASSWORD": self.admin_password,
                "CLICKHOUSE_READER_PASSWORD": self.reader_password,
            },
            prepare=self.prepare,
            # Running merges are finished or cancelled before the engine closes its parts.
            stop_timeout=30.0,
        )

    def prepare(self) -> None:
        self.data_directory.mkdir(parents=True, exist_ok=True, mode=0o700)
