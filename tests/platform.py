"""The whole platform, started by its own command on free ports in a temporary directory."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stack.ports import free_port, free_ports
from stack.settings import PROJECT_ROOT, StackSettings
from stack.supervisor.state import ServiceState, StateFile

PORTS = [name.upper() for name in StackSettings.model_fields if name.endswith("_port")]
START_SECONDS = 420
# Before any test of the command line has exported its own settings.
STARTED_WITH = dict(os.environ)


@dataclass(frozen=True)
class Platform:
    """A running platform. `variables` is what its commands are given."""

    data_directory: Path
    variables: dict[str, str]

    @property
    def dashboard_url(self) -> str:
        return f"http://127.0.0.1:{self.variables['DASHBOARD_PORT']}"

    @property
    def ingest_url(self) -> str:
        return f"http://127.0.0.1:{self.variables['INGEST_PORT']}"

    @property
    def dagster_url(self) -> str:
        return f"http://127.0.0.1:{self.variables['DAGSTER_PORT']}"

    @property
    def clickhouse_url(self) -> str:
        return self._engine_url("admin")

    @property
    def clickhouse_reader_url(self) -> str:
        return self._engine_url("reader")

    @property
    def login(self) -> dict[str, Any]:
        """email, password, project_id and write_key of the first account."""
        content: dict[str, Any] = json.loads((self.data_directory / "first-login.json").read_text())
        return content

    def analytics(self, *words: str, timeout: float = 120) -> subprocess.CompletedProcess[str]:
        """Run the command line against this platform."""
        return subprocess.run(
            (sys.executable, "-m", "stack", *words),
            cwd=PROJECT_ROOT,
            env={**STARTED_WITH, **self.variables},
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout,
        )

    def service(self, name: str) -> ServiceState:
        """What the supervisor has on record of a process."""
        state = StateFile(self.data_directory / "supervisor.json").read()
        assert state is not None
        return state.services[name]

    def _engine_url(self, user: str) -> str:
        secrets = json.loads((self.data_directory / "secrets.json").read_text())
        port = self.variables["CLICKHOUSE_PORT"]
        return f"http://{user}:{secrets[f'clickhouse_{user}_password']}@127.0.0.1:{port}"


@contextmanager
def running_platform(data_directory: Path, **settings: str) -> Iterator[Platform]:
    variables = {name: str(free_port()) for name in PORTS}
    variables["INGEST_WORKER_PORTS_FROM"] = str(free_ports(2))
    variables |= {"DATA_DIR": str(data_directory), "ENVIRONMENT": "local", **settings}
    platform = Platform(data_directory, variables)
    started = platform.analytics("up", "--detach", timeout=START_SECONDS)
    try:
        assert started.returncode == 0, started.stdout + started.stderr
        yield platform
    finally:
        platform.analytics("down")
