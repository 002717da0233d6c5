"""Start and stop the platform, in the foreground or in the background."""

import asyncio
import subprocess
import sys
import time
from pathlib import Path

import psutil
from rich.console import Console

from stack.environment import Environment
from stack.errors import StackError
from stack.installation import Installation
from stack.services import platform
from stack.supervisor.journal import Journal
from stack.supervisor.orphans import end_orphans
from stack.supervisor.state import Phase, SupervisorState
from stack.supervisor.supervisor import Supervisor
from stack.welcome import show_welcome

POLL_SECONDS = 0.2
LONGEST_STOP_SECONDS = 90.0


def run(environment: Environment, console: Console, *, verbose: bool, background: bool) -> None:
    """Run the platform until it is told to stop. Raises StackError if it does not start."""
    installation = Installation.of(environment)
    lock = installation.lock
    if not lock.acquire():
        raise StackError("the platform is already running")
    had_login = installation.first_login_file.exists()
    journal = Journal(installation.logs, console, follow=verbose)

    def on_ready(_: SupervisorState) -> None:
        show_welcome(environment, console, with_password=not had_login)
        journal.follow = not background
        console.quiet = background

    try:
        supervisor = Supervisor(platform(environment), installation.state_file, journal)
        asyncio.run(supervisor.run(on_ready))
    except StackError:
        if not background:
            raise
        sys.exit(1)  # the reason is in the state file, from which the foreground reads it
    finally:
        lock.release()


def start_in_background(environment: Environment, console: Console) -> None:
    """Start a detached supervisor and return once everything is healthy."""
    installation = Installation.of(environment)
    installation.logs.mkdir(parents=True, exist_ok=True, mode=0o700)
    output = installation.logs / "up.log"
    with output.open("wb") as log:
        process = subprocess.Popen(
            (sys.executable, "-m", "stack", "up", "--background"),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    state = _follow_start(installation, process, console, output)
    if state.phase is not Phase.READY:
        raise StackError(state.error or f"the platform was stopped while starting; see {output}")


def _follow_start(
    installation: Installation, process: subprocess.Popen[bytes], console: Console, output: Path
) -> SupervisorState:
    """Repeat what the detached supervisor prints until it is ready or has failed."""
    with output.open() as lines, console.status("Starting"):
        while True:
            exited = process.poll() is not None
            state = installation.state_file.read()
            ours = state if state and state.supervisor.pid == process.pid else None
            settled = ours is not None and ours.phase in (Phase.READY, Phase.FAILED, Phase.STOPPED)
            if settled and ours and ours.phase is Phase.READY:
                time.sleep(POLL_SECONDS)  # the welcome follows the state
            for line in lines:
                console.print(line.rstrip("\n"), markup=False, soft_wrap=True)
            if settled and ours:
                return ours
            if exited:
                raise StackError(f"the supervisor ended; its output is in {output}")
            time.sleep(POLL_SECONDS)


def stop(environment: Environment, console: Console) -> bool:
    """Stop the platform; False when it was not running. Ends orphans of a killed supervisor."""
    installation = Installation.of(environment)
    lock = installation.lock
    if lock.acquire():
        ended = end_orphans(installation.state_file.read(), str(installation.directory))
        lock.release()
        if ended:
            console.print(f"Ended what an earlier run left: {', '.join(ended)}")
        return bool(ended)
    _stop_supervisor(installation, console)
    return True


def _stop_supervisor(installation: Installation, console: Console) -> None:
    state = installation.state_file.read()
    supervisor = state.supervisor.find() if state else None
    if supervisor is None:
        raise StackError(
            f"{installation.state_file.path} names no running supervisor, though one holds the lock"
        )
    supervisor.terminate()
    try:
        with console.status("Stopping"):
            supervisor.wait(LONGEST_STOP_SECONDS)
    except psutil.TimeoutExpired as error:
        raise StackError(
            f"the supervisor (pid {supervisor.pid}) did not stop within "
            f"{LONGEST_STOP_SECONDS:.0f} s; see {installation.logs}"
        ) from error
