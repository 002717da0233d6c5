"""What the supervisor needs to know about one long-running process."""

import signal
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
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
    environment: Mapping[str, str]  # the whole of it: nothing is inherited
    port: int | None = None
    port_setting: str | None = None  # what to set when the port is taken
    working_directory: Path | None = None
    depends_on: tuple[str, ...] = ()
    prepare: Callable[[], None] = nothing_to_prepare
    stop_signal: signal.Signals = signal.SIGTERM
    stop_timeout: float = 15.0
    start_timeout: float = 180.0  # an exit is noticed at once; this is for a slow machine
    # A process that accepts no probe for this long is killed and started again. Long, because a
    # busy engine on a small machine may leave a probe waiting.
    hang_timeout: float = 120.0


@dataclass(frozen=True)
class Step:
    """A command that runs once between services, for instance a migration.

    What depends on a step waits until it has succeeded. A required step that fails ends the
    start; any other is reported, and the platform stays up without it.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    depends_on: tuple[str, ...] = ()
    working_directory: Path | None = None
    required: bool = True
    remedy: str = ""


Node = Service | Step
