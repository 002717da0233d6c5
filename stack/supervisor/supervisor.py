"""Brings up services and steps in the order of their dependencies, and takes them down again."""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from typing import Any

from stack.errors import StackError
from stack.ports import describe_holder
from stack.supervisor import graph
from stack.supervisor.child import Child
from stack.supervisor.journal import Journal
from stack.supervisor.orphans import MARK, end_orphans
from stack.supervisor.service import Node, Service, Step
from stack.supervisor.spawn import describe_exit, end_group, spawn
from stack.supervisor.state import (
    Health,
    Phase,
    ProcessIdentity,
    StateFile,
    StepState,
    SupervisorState,
)

ON_ITS_WAY = (Health.STARTING, Health.RESTARTING)


class Supervisor:
    """Runs `nodes` until SIGINT, SIGTERM or a failed start. The caller holds the lock."""

    def __init__(self, nodes: Sequence[Node], state_file: StateFile, journal: Journal) -> None:
        graph.check(nodes)
        self._mark = str(state_file.path.parent)
        self._nodes = {node.name: self._marked(node) for node in nodes}
        self._state_file = state_file
        self._journal = journal
        self._state = SupervisorState(supervisor=ProcessIdentity.of(os.getpid()))
        self._children = {
            node.name: Child(node, journal, self._save)
            for node in self._nodes.values()
            if isinstance(node, Service)
        }
        self._started = {name: asyncio.Event() for name in self._nodes}
        self._watchers: list[asyncio.Task[None]] = []
        self._stop_requested = asyncio.Event()
        self._hurry = asyncio.Event()

    async def run(self, on_ready: Callable[[SupervisorState], None]) -> None:
        """Start everything, call `on_ready`, then wait to be told to stop.

        Raises StackError when something required does not start; everything is stopped by then.
        """
        self._handle_signals()
        self._journal.announce(list(self._nodes))
        failure: StackError | None = None
        try:
            self._clear_the_way()
            if await self._unless_stopped(self._start_all()):
                self._enter(Phase.READY)
                on_ready(self._state)
                await self._unless_stopped(self._watch_all())
        except* StackError as group:
            failure = _first_error(group)
        finally:
            await self._stop_all(failure)
        if failure:
            raise failure

    def _clear_the_way(self) -> None:
        """End orphans of a killed supervisor, then make sure that every port is free."""
        orphans = end_orphans(self._state_file.read(), self._mark)
        if orphans:
            self._journal.event(f"Ended what an earlier run left: {', '.join(orphans)}", "yellow")
        for child in self._children.values():
            self._require_free_port(child.service)
        self._state.services = {name: child.state for name, child in self._children.items()}
        self._state.steps = {
            node.name: StepState() for node in self._nodes.values() if isinstance(node, Step)
        }
        self._save()

    def _require_free_port(self, service: Service) -> None:
        holder = describe_holder(service.port) if service.port else None
        if holder:
            change = f", or set {service.port_setting} in .env" if service.port_setting else ""
            raise StackError(
                f"port {service.port}, which {service.name} needs, is taken by {holder}. "
                f"Stop it{change}."
            )

    async def _start_all(self) -> None:
        async with asyncio.TaskGroup() as group:
            for node in self._nodes.values():
                group.create_task(self._start(node))

    async def _start(self, node: Node) -> None:
        for name in node.depends_on:
            await self._started[name].wait()
        begun = time.monotonic()
        if isinstance(node, Step):
            await self._run_step(node)
        else:
            child = self._children[node.name]
            await child.start()
            self._watchers.append(asyncio.create_task(child.keep_running()))
        self._started[node.name].set()
        self._tell_started(node, time.monotonic() - begun)

    def _tell_started(self, node: Node, seconds: float) -> None:
        if isinstance(node, Service):
            where = f" on port {node.port}" if node.port else ""
            self._journal.event(f"✓ {node.name} is healthy{where} ({seconds:.1f} s)", "green")
        elif self._state.steps[node.name].outcome == "done":
            self._journal.event(f"✓ {node.name} is done ({seconds:.1f} s)", "green")

    async def _run_step(self, step: Step) -> None:
        state = self._state.steps[step.name]
        state.outcome, begun = "running", time.monotonic()
        self._save()
        code = await self._run_command(step)
        state.outcome = "done" if code == 0 else "failed"
        state.seconds = round(time.monotonic() - begun, 1)
        if code != 0:
            self._step_failed(step, code)
        self._save()

    async def _run_command(self, step: Step) -> int:
        process = await spawn(step, lambda line: self._journal.progress(step.name, line))
        try:
            return await process.wait()
        except asyncio.CancelledError:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), timeout=5)
            raise
        finally:
            end_group(process)

    def _step_failed(self, step: Step, code: int) -> None:
        log = self._journal.path(step.name)
        message = f"{step.name} failed ({describe_exit(code)}), see {log}. {step.remedy}"
        if step.required:
            raise StackError(message)
        self._state.warnings.append(message)
        self._journal.event(message, "red")

    async def _watch_all(self) -> None:
        await asyncio.gather(*self._watchers)

    async def _unless_stopped(self, work: Coroutine[Any, Any, None]) -> bool:
        """Run `work`; False when it was abandoned because a stop was requested."""
        task = asyncio.ensure_future(work)
        stopping = asyncio.create_task(self._stop_requested.wait())
        try:
            await asyncio.wait({task, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if self._stop_requested.is_set():
                return False
            await task
            return True
        finally:
            stopping.cancel()
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await task

    async def _stop_all(self, failure: StackError | None) -> None:
        self._enter(Phase.STOPPING)
        for watcher in self._watchers:
            watcher.cancel()
        await asyncio.gather(*self._watchers, return_exceptions=True)
        stopped = {name: asyncio.Event() for name in self._nodes}
        after = graph.dependents(list(self._nodes.values()))
        await asyncio.gather(*(self._stop(name, after[name], stopped) for name in self._nodes))
        self._state.error = str(failure or "")
        self._enter(Phase.FAILED if failure else Phase.STOPPED)
        self._journal.close()

    async def _stop(
        self, name: str, dependents: Sequence[str], stopped: dict[str, asyncio.Event]
    ) -> None:
        for dependent in dependents:
            await stopped[dependent].wait()
        if name in self._children:
            await self._children[name].stop(self._hurry)
        stopped[name].set()

    def _handle_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self.request_stop)

    def request_stop(self) -> None:
        """Stop in order; when asked again, kill what is left."""
        if self._stop_requested.is_set():
            self._hurry.set()
        else:
            self._journal.event("Stopping; a second Ctrl-C kills everything at once", "bold")
            self._stop_requested.set()

    def _enter(self, phase: Phase) -> None:
        self._state.phase = phase
        self._save()

    def _save(self) -> None:
        starting = self._state.phase is Phase.STARTING
        self._journal.waiting(self._on_their_way() if starting else [])
        with contextlib.suppress(OSError):  # a full disk must not take the supervisor down
            self._state_file.write(self._state)

    def _on_their_way(self) -> list[str]:
        """What runs or tries to, and is not there yet."""
        services = [n for n, s in self._state.services.items() if s.health in ON_ITS_WAY]
        return services + [n for n, s in self._state.steps.items() if s.outcome == "running"]

    def _marked(self, node: Node) -> Node:
        return replace(node, environment={**node.environment, MARK: self._mark})


def _first_error(group: BaseExceptionGroup[StackError]) -> StackError:
    error = group.exceptions[0]
    return _first_error(error) if isinstance(error, BaseExceptionGroup) else error
