"""Run one engine for the duration of a `with` block: for tests and one-off commands."""

import asyncio
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from stack.errors import StackError
from stack.supervisor.service import Service

PROBE_INTERVAL = 0.05


@contextmanager
def running(service: Service, log_file: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Start `service`, yield when it is healthy, stop it with everything it started."""
    service.prepare()
    with log_file.open("ab") as log:
        process = subprocess.Popen(
            service.command,
            env=service.environment,
            cwd=service.working_directory,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        asyncio.run(_healthy(service, process, log_file))
        yield process
    finally:
        _stop(service, process)


async def _healthy(service: Service, process: subprocess.Popen[bytes], log_file: Path) -> None:
    deadline = time.monotonic() + service.start_timeout
    while True:
        try:
            return await service.probe()
        except Exception as reason:
            if process.poll() is not None or time.monotonic() > deadline:
                raise _not_started(service, reason, log_file) from reason
        await asyncio.sleep(PROBE_INTERVAL)


def _not_started(service: Service, reason: Exception, log_file: Path) -> StackError:
    tail = log_file.read_text(errors="replace")[-2000:]
    return StackError(f"{service.name} did not start ({reason}):\n{tail}")


def _stop(service: Service, process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        return
    process.send_signal(service.stop_signal)
    try:
        process.wait(service.stop_timeout)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
