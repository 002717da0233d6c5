"""`analytics build`: bring the marts up to date through Dagster."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

import typer

from stack import console
from stack.errors import shown

if TYPE_CHECKING:
    from orchestration.webserver import Checked, StepFailed, Update

STATUS_WORDS = {
    "QUEUED": "waiting for its turn",
    "NOT_STARTED": "waiting for its turn",
    "STARTING": "starting",
    "STARTED": "running",
    "CANCELING": "being stopped",
}
SUCCESS = "SUCCESS"


@dataclass
class Build:
    """What a run has done so far."""

    run_id: str
    page: str
    status: str = "QUEUED"
    seconds: float | None = None
    assets: set[str] = field(default_factory=set)
    checks: dict[tuple[str, str], "Checked"] = field(default_factory=dict)
    failures: list["StepFailed"] = field(default_factory=list)

    def take(self, update: "Update") -> None:
        from orchestration.webserver import Checked, Materialized, StatusChanged

        match update:
            case Materialized():
                self.assets.add(update.asset)
            case Checked():
                self.checks[update.asset, update.check] = update
            case StatusChanged():
                self.status, self.seconds = update.status, update.seconds
            case _:
                self.failures.append(update)

    @property
    def failed_checks(self) -> list["Checked"]:
        return [check for check in self.checks.values() if not check.passed]

    def progress(self) -> str:
        word = STATUS_WORDS.get(self.status, self.status.lower())
        return f"Build {word}: {len(self.assets)} tables, {len(self.checks)} checks"

    def as_json(self) -> dict[str, object]:
        return {
            "run_id": self.run_id,
            "page": self.page,
            "status": self.status,
            "seconds": self.seconds,
            "assets": sorted(self.assets),
            "checks": len(self.checks),
            "failed_checks": [
                {"asset": check.asset, "check": check.check, "severity": check.severity}
                for check in self.failed_checks
            ],
            "failures": [
                {"step": failure.step, "message": failure.message} for failure in self.failures
            ],
        }


def build(
    full_refresh: Annotated[
        bool, typer.Option("--full-refresh", help="Rebuild every mart from the raw events.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Run dbt and every data check through Dagster, and wait. Exit code 1 if the run fails."""
    from orchestration.webserver import Webserver, WebserverError
    from stack.environment import resolve

    webserver = Webserver(f"http://127.0.0.1:{resolve().settings.dagster_port}")
    with shown(WebserverError):
        run_id = webserver.launch("build", run_config(full_refresh=full_refresh))
        done = Build(run_id, webserver.run_page(run_id))
        follow(done, webserver.follow(run_id))
    if as_json:
        typer.echo(json.dumps(done.as_json(), indent=2))
    else:
        show(done)
    if done.status != SUCCESS:
        raise typer.Exit(1)


def run_config(*, full_refresh: bool) -> dict[str, object]:
    return {"ops": {"dbt_models": {"config": {"full_refresh": full_refresh}}}}


def follow(done: Build, updates: Iterable["Update"]) -> None:
    """Take every update, showing progress on a terminal."""
    with console.err.status(done.progress()) as status:
        try:
            for update in updates:
                done.take(update)
                status.update(done.progress())
        except KeyboardInterrupt:
            console.err.print(f"The run goes on in Dagster: {done.page}", soft_wrap=True)
            raise


def show(done: Build) -> None:
    for failure in done.failures:
        console.err.print(f"{failure.step}: {failure.message}", style="red", markup=False)
    for check in done.failed_checks:
        style = "red" if check.severity == "ERROR" else "yellow"
        console.err.print(f"{check.asset}: check {check.check} failed", style=style, markup=False)
    seconds = f" in {done.seconds:.1f} s" if done.seconds is not None else ""
    passed = len(done.checks) - len(done.failed_checks)
    verdict = "Built" if done.status == SUCCESS else f"The build ended as {done.status.lower()}:"
    console.out.print(
        f"{verdict} {len(done.assets)} tables{seconds}; "
        f"{passed} of {len(done.checks)} checks passed.",
        soft_wrap=True,
    )
    console.out.print(done.page, soft_wrap=True)


def register(app: typer.Typer) -> None:
    app.command()(build)
