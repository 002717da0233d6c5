"""The files of one installation below DATA_DIR that several commands use."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stack.environment import Environment
from stack.supervisor.lock import SupervisorLock
from stack.supervisor.state import StateFile, SupervisorState


@dataclass(frozen=True)
class Installation:
    directory: Path

    @classmethod
    def of(cls, environment: Environment) -> "Installation":
        return cls(environment.data_directory)

    @property
    def lock(self) -> SupervisorLock:
        return SupervisorLock(self.directory / "supervisor.lock")

    @property
    def state_file(self) -> StateFile:
        return StateFile(self.directory / "supervisor.json")

    @property
    def logs(self) -> Path:
        return self.directory / "logs"

    @property
    def first_login_file(self) -> Path:
        return self.directory / "first-login.json"

    def running_state(self) -> SupervisorState | None:
        """The state of the supervisor, None when none is running."""
        return self.state_file.read() if self.lock.is_held() else None

    def first_login(self) -> dict[str, Any] | None:
        try:
            content: dict[str, Any] = json.loads(self.first_login_file.read_text())
        except FileNotFoundError:
            return None
        return content
