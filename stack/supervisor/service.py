"""What the supervisor needs to know about one long-running process."""

import signal
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

Probe = Callable[[], Awaitable[None]]
"""Returns when the process is healthy; raises with the reason when it is not."""


def nothing_to_prepare() -> None:
    """The default of `Service.prepare`."""


@dataclass(frozen=True)
class Service:
    """One process: how to start it, tell that it is healthy, and stop it.

    `prepare` runs before each start and must be idempotent (create a data directory, write a
    configuration file). Times are in seconds.
    """

    name: str
    command: tuple[str, ...]
    probe: Probe
    port: int | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    working_directory: Path | None = None
    depends_on: tuple[str, ...] = ()
    prepare: Callable[[], None] = nothing_to_prepare
    stop_signal: signal.Signals = signal.SIGTERM
    stop_timeout: float = 15.0
    start_timeout: float = 60.0
