"""`analytics status`: which process runs, since when, and how much memory it takes."""

import time
from typing import Annotated

import typer
from pydantic import BaseModel
from rich.table import Table
from rich.text import Text

from stack import console
from stack.supervisor.state import Health, ServiceState, SupervisorState

COLOURS = {Health.HEALTHY: "green", Health.UNHEALTHY: "red", Health.STOPPED: "red"}
MEBIBYTE = 1024 * 1024


class ServiceReport(BaseModel):
    """One row; `uptime` is in seconds, `rss` in bytes with all child processes."""

    name: str
    health: Health
    pid: int | None
    port: int | None
    restarts: int
    uptime: float | None
    rss: int
    reason: str


class StatusReport(BaseModel):
    running: bool
    phase: str
    services: list[ServiceReport]

    @property
    def is_healthy(self) -> bool:
        return self.running and all(row.health is Health.HEALTHY for row in self.services)


def status(
    as_json: Annotated[bool, typer.Option("--json", help="Print the status as JSON.")] = False,
) -> None:
    """Show every process. Exits with 1 unless all of them are healthy."""
    from stack.environment import resolve
    from stack.installation import Installation

    report = report_status(Installation.of(resolve()).running_state())
    if as_json:
        console.out.print_json(report.model_dump_json())
    else:
        _print_table(report)
    if not report.is_healthy:
        raise typer.Exit(1)


def report_status(state: SupervisorState | None) -> StatusReport:
    if state is None:
        return StatusReport(running=False, phase="stopped", services=[])
    rows = [_report_service(name, service) for name, service in state.services.items()]
    return StatusReport(running=True, phase=state.phase, services=rows)


def _report_service(name: str, service: ServiceState) -> ServiceReport:
    started_at = service.process.started_at if service.process else None
    return ServiceReport(
        name=name,
        health=service.health,
        pid=service.process.pid if service.process else None,
        port=service.port,
        restarts=service.restarts,
        uptime=round(time.time() - started_at, 1) if started_at else None,
        rss=_resident_bytes(service),
        reason=service.reason,
    )


def _resident_bytes(service: ServiceState) -> int:
    import psutil

    process = service.process.find() if service.process else None
    if process is None:
        return 0
    total = 0
    try:
        for member in (process, *process.children(recursive=True)):
            total += member.memory_info().rss
    except psutil.NoSuchProcess:  # one of them ended while we were counting
        pass
    return total


def _print_table(report: StatusReport) -> None:
    if not report.running:
        console.out.print("The platform is not running. Start it with `make up`.")
        return
    table = Table("process", "health", "pid", "port", "restarts", "uptime", "memory", box=None)
    for row in report.services:
        health = Text(row.health, style=COLOURS.get(row.health, "yellow"))
        table.add_row(
            *(row.name, health, str(row.pid or "-"), str(row.port or "-"), str(row.restarts)),
            *(_duration(row.uptime), f"{row.rss / MEBIBYTE:.0f} MiB"),
        )
    console.out.print(table)
    for row in report.services:
        if row.reason:
            console.out.print(f"{row.name}: {row.reason}", markup=False)
    total = sum(row.rss for row in report.services) / MEBIBYTE
    console.out.print(f"{report.phase}, {total:.0f} MiB in all")


def _duration(seconds: float | None) -> str:
    if seconds is None:
        return "-"
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


def register(app: typer.Typer) -> None:
    app.command()(status)
