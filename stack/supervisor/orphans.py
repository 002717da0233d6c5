"""Ends what a killed supervisor left running.

A child is told by the kernel when the supervisor dies, where the platform can do that, but its
own children are not. They are found by the pids on record and by the mark in their environment.
"""

import contextlib
import os
import signal
from collections.abc import Iterator

import psutil

from stack.supervisor.state import SupervisorState

MARK = "ANALYTICS_SUPERVISED_BY"
GRACE_SECONDS = 10.0


def end_orphans(last: SupervisorState | None, mark: str) -> list[str]:
    """Stop every process of an earlier supervisor with this mark; returns what was stopped.

    Only for the holder of the supervisor lock: with a supervisor alive they are no orphans.
    """
    orphans = {process.pid: process for process in (*_recorded(last), *_marked(mark))}
    orphans.pop(os.getpid(), None)
    signals = _stop_signals(last)
    names = []
    for process in orphans.values():
        with contextlib.suppress(psutil.NoSuchProcess):
            names.append(f"{process.name()} (pid {process.pid})")
            process.send_signal(signals.get(process.pid, signal.SIGTERM))
    _, stubborn = psutil.wait_procs(list(orphans.values()), timeout=GRACE_SECONDS)
    for process in stubborn:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(stubborn, timeout=GRACE_SECONDS)
    return names


def _recorded(last: SupervisorState | None) -> Iterator[psutil.Process]:
    for service in last.services.values() if last else ():
        process = service.process.find() if service.process else None
        if process is not None:
            with contextlib.suppress(psutil.NoSuchProcess):
                yield from process.children(recursive=True)
            yield process


def _marked(mark: str) -> Iterator[psutil.Process]:
    for process in psutil.process_iter():
        try:
            marked = process.environ().get(MARK) == mark
        except (psutil.Error, OSError):  # ended meanwhile, or another user's
            continue
        if marked:
            yield process


def _stop_signals(last: SupervisorState | None) -> dict[int, int]:
    services = last.services.values() if last else ()
    return {service.process.pid: service.stop_signal for service in services if service.process}
