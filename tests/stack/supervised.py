"""Runs a supervisor over tiny services, as its own process: for tests with signals and kills.

Usage: supervised.py DIRECTORY NAME PORT [OPTION …] [, NAME PORT [OPTION …]] …
Each service depends on the one before it.
"""

import asyncio
import errno
import itertools
import os
import sys
from collections.abc import Callable
from pathlib import Path

from rich.console import Console

from stack.errors import StackError
from stack.supervisor.journal import Journal
from stack.supervisor.lock import SupervisorLock
from stack.supervisor.probes import http_ok
from stack.supervisor.service import Service
from stack.supervisor.state import StateFile, SupervisorState
from stack.supervisor.supervisor import Supervisor

TINY_SERVICE = Path(__file__).with_name("tiny_service.py")


def nothing() -> None:
    pass


def full_disk(marker: Path) -> Callable[[], None]:
    """Succeeds at the start, fails at the first restart, then succeeds again."""
    calls = itertools.count()

    def prepare() -> None:
        if next(calls) == 1:
            raise OSError(errno.ENOSPC, "No space left on device", str(marker))

    return prepare


def tiny(
    directory: Path, name: str, port: int, *options: str, depends_on: tuple[str, ...] = ()
) -> Service:
    own = [option for option in options if option != "--disk-is-full-once"]
    return Service(
        name=name,
        command=(sys.executable, str(TINY_SERVICE), str(directory), name, str(port), *own),
        probe=http_ok(port, "/"),
        environment=dict(os.environ),
        prepare=full_disk(directory / name) if "--disk-is-full-once" in options else nothing,
        port=port,
        port_setting=f"{name.upper()}_PORT",
        depends_on=depends_on,
        start_timeout=10.0,
        stop_timeout=2.0,
    )


def chain(directory: Path, words: list[str]) -> list[Service]:
    groups = [list(group) for comma, group in itertools.groupby(words, ",".__eq__) if not comma]
    names = [group[0] for group in groups]
    return [
        tiny(directory, name, int(port), *options, depends_on=tuple(names[max(0, i - 1) : i]))
        for i, (name, port, *options) in enumerate(groups)
    ]


def on_ready(_: SupervisorState) -> None:
    print("READY", flush=True)


def main() -> None:
    directory = Path(sys.argv[1])
    lock = SupervisorLock(directory / "supervisor.lock")
    if not lock.acquire():
        sys.exit("already running")
    journal = Journal(directory / "logs", Console(width=200))
    services = chain(directory, sys.argv[2:])
    supervisor = Supervisor(services, StateFile(directory / "supervisor.json"), journal)
    try:
        asyncio.run(supervisor.run(on_ready))
    except StackError as error:
        sys.exit(f"error: {error}")


if __name__ == "__main__":
    main()
