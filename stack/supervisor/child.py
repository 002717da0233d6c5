"""The life of one service: started, watched, restarted after a pause, stopped."""

import asyncio
import contextlib
import time
from asyncio.subprocess import Process
from collections.abc import Callable

from stack.errors import StackError
from stack.supervisor.journal import Journal
from stack.supervisor.probes import UnhealthyError
from stack.supervisor.service import Service
from stack.supervisor.spawn import describe_exit, end_group, spawn
from stack.supervisor.state import Health, ProcessIdentity, ServiceState

STARTING_INTERVAL = 0.1
HEALTHY_INTERVAL = 5.0
UNHEALTHY_INTERVAL = 1.0

FIRST_PAUSE = 0.25
LONGEST_PAUSE = 30.0
STEADY_SECONDS = 60.0  # after this long in health an exit counts as the first again
ATTEMPTS_AT_START = 4


def pause_before_restart(exits: int) -> float:
    """Seconds to wait after the n-th exit in a row: 0.25, 0.5, 1, … 30."""
    return min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(exits - 1, 16))


class Child:
    def __init__(self, service: Service, journal: Journal, changed: Callable[[], None]) -> None:
        self.service = service
        self.state = ServiceState(port=service.port, stop_signal=service.stop_signal)
        self._journal = journal
        self._changed = changed
        self._process: Process | None = None
        self._exit: asyncio.Task[int] | None = None
        self._healthy_since = 0.0
        self._answered_at = 0.0

    async def start(self) -> None:
        """Start and return once healthy.

        An early exit is tried again a few times: after a crash of the machine an engine may find
        traces of its last life. Raises StackError with the end of the log.
        """
        deadline = time.monotonic() + self.service.start_timeout
        for attempt in range(1, ATTEMPTS_AT_START + 1):
            try:
                await self._spawn()
            except OSError as failed:
                raise StackError(f"{self.service.name} cannot be started: {failed}") from failed
            if await self._becomes_healthy(deadline):
                return
            if time.monotonic() > deadline:
                break
            await asyncio.sleep(pause_before_restart(attempt))
        error = self._start_error()
        await self.stop()
        raise error

    async def keep_running(self) -> None:
        """Watch for ever; start again after every exit."""
        exits = 0
        while True:
            reason = await self._watch()
            steady = time.monotonic() - self._healthy_since > STEADY_SECONDS
            exits = 1 if steady and self._healthy_since else exits + 1
            self._healthy_since = 0.0
            await self._restart(reason, pause_before_restart(exits))

    async def stop(self, hurry: asyncio.Event | None = None) -> None:
        """Ask to stop, wait for the service's deadline or `hurry`, then kill the session."""
        if self._process is None or self._exit is None:
            return
        if not self._exit.done():
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(self.service.stop_signal)
            await self._wait_for_exit(hurry)
        end_group(self._process)
        await self._exit
        self._process = None
        self.state.process = None
        self._become(Health.STOPPED)

    async def _wait_for_exit(self, hurry: asyncio.Event | None) -> None:
        assert self._exit is not None
        hurried = asyncio.create_task((hurry or asyncio.Event()).wait())
        await asyncio.wait(
            {self._exit, hurried},
            timeout=self.service.stop_timeout,
            return_when=asyncio.FIRST_COMPLETED,
        )
        hurried.cancel()
        if not self._exit.done():
            self._journal.event(f"{self.service.name} did not stop in time: killed", "yellow")

    async def _restart(self, reason: str, pause: float) -> None:
        self._journal.event(
            f"{self.service.name} {reason}; starting it again in {pause:g} s", "yellow"
        )
        self.state.restarts += 1
        self._become(Health.RESTARTING, reason)
        await asyncio.sleep(pause)
        try:
            await self._spawn()
        except (StackError, OSError) as error:  # a full disk, say: the next turn tries again
            self._journal.event(f"{self.service.name} cannot be started: {error}", "red")

    async def _spawn(self) -> None:
        self._process = self._exit = None
        await asyncio.to_thread(self.service.prepare)
        name = self.service.name
        self._process = await spawn(self.service, lambda line: self._journal.line(name, line))
        self._exit = asyncio.create_task(self._process.wait())
        self._answered_at = time.monotonic()
        self.state.process = ProcessIdentity.of(self._process.pid)
        if self.state.health is not Health.RESTARTING:
            self._become(Health.STARTING, self.state.reason)
        self._changed()

    async def _becomes_healthy(self, deadline: float) -> bool:
        while time.monotonic() < deadline:
            if await self._exits_within(STARTING_INTERVAL):
                self.state.reason = self._exit_reason()
                return False
            await self._probe()
            if self.state.health is Health.HEALTHY:
                return True
        return False

    async def _watch(self) -> str:
        """Probe until the process ends; returns how it ended."""
        while not await self._exits_within(self._interval()):
            await self._probe()
            silence = time.monotonic() - self._answered_at
            if silence > self.service.hang_timeout and self._process is not None:
                end_group(self._process)
                await self._exits_within(self.service.stop_timeout)
                return f"did not answer for {silence:.0f} s and was killed"
        return self._exit_reason()

    async def _exits_within(self, seconds: float) -> bool:
        if self._exit is None or self._process is None:
            return True
        await asyncio.wait({self._exit}, timeout=seconds)
        if not self._exit.done():
            return False
        end_group(self._process)
        return True

    async def _probe(self) -> None:
        try:
            await self.service.probe()
        except Exception as error:  # noqa: BLE001 - whatever fails is the reason
            self._found_unhealthy(error)
        else:
            self._answered_at = time.monotonic()
            self._healthy_since = self._healthy_since or time.monotonic()
            self._become(Health.HEALTHY)

    def _found_unhealthy(self, error: Exception) -> None:
        if isinstance(error, UnhealthyError):  # alive enough to say that something is wrong
            self._answered_at = time.monotonic()
        self.state.reason = str(error) or type(error).__name__
        if self.state.health is Health.HEALTHY:
            self._become(Health.UNHEALTHY, self.state.reason)

    def _become(self, health: Health, reason: str = "") -> None:
        before, self.state.health = self.state.health, health
        self.state.reason = reason
        if health is before:
            return
        if health is Health.HEALTHY and before is not Health.STARTING:
            self._journal.event(f"{self.service.name} is healthy again", "green")
        if health is Health.UNHEALTHY:
            self._journal.event(f"{self.service.name} is unhealthy: {reason}", "yellow")
        self._changed()

    def _interval(self) -> float:
        match self.state.health:
            case Health.HEALTHY:
                return HEALTHY_INTERVAL
            case Health.UNHEALTHY:
                return UNHEALTHY_INTERVAL
            case _:
                return STARTING_INTERVAL

    def _exit_reason(self) -> str:
        if self._exit is None:
            return "could not be started"
        return f"ended ({describe_exit(self._exit.result())})"

    def _start_error(self) -> StackError:
        name = self.service.name
        reason = self.state.reason
        if self._exit is not None and not self._exit.done():
            reason = f"not within {self.service.start_timeout:.0f} s; the last probe: {reason}"
        return StackError(
            f"{name} did not become healthy: {reason}\n"
            f"Its log, {self._journal.path(name)}, ends with:\n{self._journal.tail(name)}"
        )
