"""What the supervisor records in DATA_DIR: read by `status`, `down` and the next start."""

import signal
import time
from enum import StrEnum
from pathlib import Path

import psutil
from pydantic import BaseModel, ValidationError

# psutil derives start times from the boot time, which moves when the clock is set.
SAME_START_SECONDS = 2.0


class ProcessIdentity(BaseModel):
    """A process that cannot be confused with a later one that got the same pid."""

    pid: int
    started_at: float

    @classmethod
    def of(cls, pid: int) -> "ProcessIdentity":
        try:
            return cls(pid=pid, started_at=psutil.Process(pid).create_time())
        except psutil.NoSuchProcess:
            return cls(pid=pid, started_at=time.time())

    def find(self) -> psutil.Process | None:
        """The process, or None when it has ended."""
        try:
            process = psutil.Process(self.pid)
            if abs(process.create_time() - self.started_at) > SAME_START_SECONDS:
                return None
            return None if process.status() == psutil.STATUS_ZOMBIE else process
        except psutil.NoSuchProcess:
            return None


class Health(StrEnum):
    WAITING = "waiting"  # for what it depends on
    STARTING = "starting"
    HEALTHY = "healthy"
    UNHEALTHY = "unhealthy"  # runs, but its probe fails
    RESTARTING = "restarting"
    STOPPED = "stopped"


class Phase(StrEnum):
    STARTING = "starting"
    READY = "ready"
    STOPPING = "stopping"
    FAILED = "failed"
    STOPPED = "stopped"


class ServiceState(BaseModel):
    health: Health = Health.WAITING
    process: ProcessIdentity | None = None
    port: int | None = None
    restarts: int = 0
    reason: str = ""
    stop_signal: int = signal.SIGTERM


class StepState(BaseModel):
    outcome: str = "waiting"  # waiting, running, done, failed
    seconds: float = 0.0


class SupervisorState(BaseModel):
    supervisor: ProcessIdentity
    phase: Phase = Phase.STARTING
    error: str = ""
    warnings: list[str] = []
    services: dict[str, ServiceState] = {}
    steps: dict[str, StepState] = {}


class StateFile:
    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> SupervisorState | None:
        """The last state written; None when there is none or it cannot be read."""
        try:
            return SupervisorState.model_validate_json(self.path.read_bytes())
        except (FileNotFoundError, ValidationError):
            return None

    def write(self, state: SupervisorState) -> None:
        draft = self.path.with_suffix(".draft")
        draft.write_text(state.model_dump_json(indent=2))
        draft.replace(self.path)
