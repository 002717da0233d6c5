"""Logs: one rotated file a process, events of the supervisor, and both on the console."""

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path
from zlib import crc32

from rich.console import Console
from rich.status import Status
from rich.text import Text

MAX_BYTES = 10 * 1024 * 1024
FILES_KEPT = 5
COLOURS = ("cyan", "green", "magenta", "blue", "yellow", "bright_cyan", "bright_green")


class _LossyFileHandler(RotatingFileHandler):
    """A full disk must not take the supervisor down: the line is lost, the platform is not."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the base's name
        del record


class Journal:
    """`follow` decides whether the lines of services also go to the console."""

    def __init__(
        self,
        directory: Path,
        console: Console,
        *,
        follow: bool = False,
        max_bytes: int = MAX_BYTES,
    ) -> None:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.console = console
        self.follow = follow
        self._directory = directory
        self._max_bytes = max_bytes
        self._files: dict[str, RotatingFileHandler] = {}
        self._width = 0
        self._status: Status | None = None

    def path(self, name: str) -> Path:
        return self._directory / f"{name}.log"

    def announce(self, names: list[str]) -> None:
        """Align the prefixes of these processes."""
        self._width = max(map(len, names), default=0)

    def line(self, name: str, text: str) -> None:
        """One line that the process `name` wrote."""
        self._write(name, text)
        if self.follow:
            self.show(name, text)

    def progress(self, name: str, text: str) -> None:
        """One line of a step: somebody waits for it, so it is always shown."""
        self._write(name, text)
        self.show(name, text)

    def show(self, name: str, text: str) -> None:
        """Print a line on the console with its prefix."""
        colour = COLOURS[crc32(name.encode()) % len(COLOURS)]
        prefix = f"{name:<{self._width}} │ "
        self.console.print(Text.assemble((prefix, colour), Text.from_ansi(text)), soft_wrap=True)

    def waiting(self, names: list[str]) -> None:
        """Tell what is still on its way, on a terminal by a line that stays at the bottom."""
        if self._status and not names:
            self._status.stop()
            self._status = None
        elif names:
            text = f"Starting {', '.join(names)}"
            self._status = self._status or self.console.status(text)
            self._status.start()
            self._status.update(text)

    def event(self, text: str, style: str = "") -> None:
        """Something that the supervisor did or saw."""
        self._write("supervisor", text, stamped=True)
        self.console.print(Text(text, style=style), soft_wrap=True)

    def tail(self, name: str, lines: int = 15) -> str:
        """The last lines of a process, for an error message."""
        try:
            return "\n".join(self.path(name).read_text(errors="replace").splitlines()[-lines:])
        except FileNotFoundError:
            return ""

    def close(self) -> None:
        self.waiting([])
        for handler in self._files.values():
            handler.close()

    def _write(self, name: str, text: str, *, stamped: bool = False) -> None:
        handler = self._files.get(name)
        if handler is None:
            handler = self._files[name] = self._open(name, stamped=stamped)
        handler.handle(logging.makeLogRecord({"msg": text}))

    def _open(self, name: str, *, stamped: bool) -> RotatingFileHandler:
        handler = _LossyFileHandler(
            self.path(name),
            maxBytes=self._max_bytes,
            backupCount=FILES_KEPT,
            encoding="utf-8",
            errors="replace",
        )
        handler.setFormatter(logging.Formatter("%(asctime)s %(message)s" if stamped else None))
        return handler
