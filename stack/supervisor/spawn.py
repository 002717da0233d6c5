"""Starts one process and forwards the lines that it writes."""

import asyncio
import contextlib
import os
import shutil
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import Callable

from stack.errors import StackError
from stack.supervisor.service import Node, Service

LineSink = Callable[[str], None]

READ_BYTES = 65_536
LONGEST_LINE = 32_768


async def spawn(node: Node, sink: LineSink) -> Process:
    """Start the command of `node` in its own session, so that Ctrl-C reaches only us."""
    read_end, write_end = os.pipe()
    try:
        process = await asyncio.create_subprocess_exec(
            *_dies_with_parent(node),
            *node.command,
            env=node.environment,
            cwd=node.working_directory,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=write_end,
            stderr=write_end,
            start_new_session=True,
        )
    except OSError as error:
        os.close(read_end)
        raise StackError(f"{node.name} cannot be started: {error}") from error
    finally:
        os.close(write_end)
    _Lines(read_end, sink).listen()
    return process


def end_group(process: Process) -> None:
    """Kill what is left of the session of `process`: its own children, usually nothing."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def describe_exit(code: int) -> str:
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def _dies_with_parent(node: Node) -> tuple[str, ...]:
    """Have the kernel signal the child when we die, even by SIGKILL (Linux only)."""
    setpriv = shutil.which("setpriv") if sys.platform == "linux" else None
    if setpriv is None:
        return ()
    stop_signal = node.stop_signal if isinstance(node, Service) else signal.SIGTERM
    return (setpriv, "--pdeathsig", stop_signal.name.removeprefix("SIG"))


class _Lines:
    """Splits a pipe into lines, without ever blocking or holding an endless line in memory."""

    def __init__(self, descriptor: int, sink: LineSink) -> None:
        self._descriptor = descriptor
        self._sink = sink
        self._rest = b""

    def listen(self) -> None:
        os.set_blocking(self._descriptor, False)
        asyncio.get_running_loop().add_reader(self._descriptor, self._read)

    def _read(self) -> None:
        try:
            data = os.read(self._descriptor, READ_BYTES)
        except BlockingIOError:
            return
        if not data:
            asyncio.get_running_loop().remove_reader(self._descriptor)
            os.close(self._descriptor)
        *lines, self._rest = (self._rest + data).split(b"\n")
        if self._rest and (not data or len(self._rest) > LONGEST_LINE):
            lines.append(self._rest)
            self._rest = b""
        for line in lines:
            self._sink(line.decode(errors="replace").rstrip("\r"))
