"""`analytics plan`: the tracking plan of a project."""

import json as json_text
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from stack.control_plane import WRONG_USE, control_plane, leave
from stack.event_quality import at_desk, author, moment
from stack.listing import Value, show_record, show_rows

if TYPE_CHECKING:
    from control_plane.models import TrackingPlanVersion

app = typer.Typer(no_args_is_help=True, help="Say what events carry, and see what breaks it.")

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
ProjectReference = Annotated[str, typer.Option("--project", help="Id or name of the project.")]
Since = Annotated[str, typer.Option(help="From when: 2026-11-22T10:00Z, or an age such as 7d.")]
MAX_SHOWN = 60


class Mode(StrEnum):
    OFF = "off"
    WARN = "warn"
    ENFORCE = "enforce"


class UnknownEvents(StrEnum):
    ALLOW = "allow"
    REJECT = "reject"


def register(root: typer.Typer) -> None:
    root.add_typer(app, name="plan")


@app.command()
def show(
    project: ProjectReference,
    version: Annotated[int | None, typer.Option(help="An earlier version.")] = None,
    json: Json = False,
) -> None:
    """Show the plan: its mode, and each event with what it carries."""
    from control_plane.repositories import projects, tracking_plan
    from control_plane.tracking_plan import document as documents

    with control_plane() as database:
        owner = database.run(projects.find, project)
        if version is None:
            found = database.run(tracking_plan.current, owner.id)
        else:
            found = database.run(tracking_plan.of_version, owner.id, version)
    plan = found.document if found else documents.empty()
    if json:
        typer.echo(json_text.dumps({"version": found.version if found else 0, **plan}, indent=2))
        return
    typer.echo(f"version {found.version if found else 0}, mode {plan['mode']}, ", nl=False)
    typer.echo(f"unknown events: {plan['unknown_events']}")
    rows = [_described(name, event) for name, event in plan["events"].items()]
    show_rows(rows, as_json=False, empty="No event yet: analytics plan set EVENT schema.json")


@app.command()
def set_mode(
    mode: Annotated[Mode, typer.Argument(help="off, warn: note what breaks it; enforce: reject.")],
    project: ProjectReference,
    unknown_events: Annotated[
        UnknownEvents | None, typer.Option(help="What becomes of events that it does not name.")
    ] = None,
    json: Json = False,
) -> None:
    """Say what happens to events that break the plan."""
    from control_plane.repositories import projects, tracking_plan

    with control_plane() as database:
        made = database.run(
            tracking_plan.set_mode,
            database.run(projects.find, project).id,
            mode.value,
            unknown_events.value if unknown_events else None,
            author=author(),
        )
    _show_version(made, as_json=json)


@app.command(name="set")
def set_event(
    event: Annotated[str, typer.Argument(help="Name of the event.")],
    schema: Annotated[
        Path,
        typer.Argument(help="JSON Schema of its properties, or an event of the plan; - reads."),
    ],
    project: ProjectReference,
    description: Annotated[str | None, typer.Option(help="What the event stands for.")] = None,
    json: Json = False,
) -> None:
    """Add an event to the plan, or change it.

    The file holds a JSON Schema (2020-12) of the properties; or an object with any of
    `description`, `mode`, `properties` and `traits`.
    """
    from control_plane.repositories import projects, tracking_plan

    given = _read_json(schema)
    is_whole = isinstance(given, dict) and set(given) <= {
        "description", "mode", "properties", "traits",
    } and not _is_schema(given)  # fmt: skip
    planned = given if is_whole else {"properties": given}
    if description is not None:
        planned = {"description": description, **planned} | {"description": description}
    with control_plane() as database:
        made = database.run(
            tracking_plan.set_event,
            database.run(projects.find, project).id,
            event,
            planned,
            author=author(),
        )
    _show_version(made, as_json=json)


@app.command()
def remove(
    event: Annotated[str, typer.Argument(help="Name of the event.")],
    project: ProjectReference,
    json: Json = False,
) -> None:
    """Take an event out of the plan."""
    from control_plane.repositories import projects, tracking_plan

    with control_plane() as database:
        owner = database.run(projects.find, project)
        made = database.run(tracking_plan.remove_event, owner.id, event, author=author())
    _show_version(made, as_json=json)


@app.command()
def export(
    project: ProjectReference,
    file: Annotated[Path | None, typer.Argument(help="Printed unless given.")] = None,
) -> None:
    """Write the plan as one YAML file."""
    from control_plane.repositories import projects, tracking_plan
    from control_plane.tracking_plan import document as documents
    from control_plane.tracking_plan import yaml_file

    with control_plane() as database:
        found = database.run(tracking_plan.current, database.run(projects.find, project).id)
    text = yaml_file.dump(found.document if found else documents.empty())
    if file is None:
        typer.echo(text, nl=False)
        return
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        leave(f"cannot write {file}: {error.strerror}", WRONG_USE)


@app.command(name="import")
def import_file(
    file: Annotated[Path, typer.Argument(help="YAML; - reads standard input.")],
    project: ProjectReference,
    json: Json = False,
) -> None:
    """Make a YAML file the plan. Nothing changes, no version is made."""
    from control_plane.repositories import projects, tracking_plan
    from control_plane.tracking_plan import yaml_file
    from control_plane.tracking_plan.document import InvalidPlanError

    with control_plane() as database:
        try:
            made = database.run(
                tracking_plan.replace,
                database.run(projects.find, project).id,
                yaml_file.load(_read(file)),
                author=author(),
                note="imported",
            )
        except InvalidPlanError as error:
            lines = (f"{problem.field}: {problem.reason}" for problem in error.problems)
            leave("\n  ".join(("the plan is not valid", *lines)), WRONG_USE)
    _show_version(made, as_json=json)


@app.command()
def history(project: ProjectReference, json: Json = False) -> None:
    """List the versions, the newest first."""
    from control_plane.repositories import projects, tracking_plan

    with control_plane() as database:
        owner = database.run(projects.find, project)
        found = database.run(tracking_plan.history, owner.id)
    show_rows([_version(made) for made in found], as_json=json, empty="No plan yet.")


@app.command()
def restore(
    version: Annotated[int, typer.Argument(help="Number of the version.")],
    project: ProjectReference,
    json: Json = False,
) -> None:
    """Bring an old version back, as a new one."""
    from control_plane.repositories import projects, tracking_plan

    with control_plane() as database:
        owner = database.run(projects.find, project)
        made = database.run(tracking_plan.restore, owner.id, version, author=author())
    _show_version(made, as_json=json)


@app.command()
def violations(
    project: ProjectReference,
    since: Since = "30d",
    event: Annotated[str, typer.Option(help="Only of this event.")] = "",
    json: Json = False,
) -> None:
    """Count what breaks the plan, by event and rule."""
    from dashboard_api.event_quality import plan_report
    from dashboard_api.event_quality.periods import Period

    period = Period(moment(since))
    found = at_desk(
        project,
        lambda desk: plan_report.violations(
            desk.warehouse, desk.project_id, period, event=event, limit=1_000
        ),
    )
    rows = [_shown(each.model_dump(), as_json=json) for each in found]
    show_rows(rows, as_json=json, empty="Nothing broke the plan.")


@app.command()
def unknown(project: ProjectReference, since: Since = "", json: Json = False) -> None:
    """List events that came although the plan does not name them."""
    from control_plane.repositories import tracking_plan
    from dashboard_api.event_quality import plan_report
    from dashboard_api.event_quality.periods import Period
    from dashboard_api.event_quality.plan_report import UnknownEvent
    from stack.event_quality import Desk

    period = Period(moment(since))

    async def work(desk: Desk) -> list[UnknownEvent]:
        plan = await desk.database.run(tracking_plan.current, desk.project_id)
        documented = set(plan.document["events"]) if plan else set()
        return await plan_report.unknown_events(
            desk.warehouse, desk.project_id, period, documented=documented, limit=1_000
        )

    rows = [_shown(each.model_dump(), as_json=json) for each in at_desk(project, work)]
    show_rows(rows, as_json=json, empty="Every event that came is named in the plan.")


def _shown(row: dict[str, Any], *, as_json: bool) -> dict[str, Value]:
    if as_json:
        return row
    sample = row["sample"]
    return {
        **{name: value for name, value in row.items() if name not in ("sample_ids", "sample")},
        "sample": sample if len(sample) <= MAX_SHOWN else sample[: MAX_SHOWN - 1] + "…",
    }


def _described(name: str, event: dict[str, Any]) -> dict[str, Value]:
    schema = event.get("properties", {})
    required = set(schema.get("required", ()))
    members = schema.get("properties", {})
    return {
        "event": name,
        "mode": event.get("mode", ""),
        "properties": ", ".join(f"{key}{'*' if key in required else ''}" for key in members),
        "description": event.get("description", ""),
    }


def _version(made: "TrackingPlanVersion") -> dict[str, Value]:
    return {
        "version": made.version,
        "note": made.note,
        "author": made.author,
        "created_at": made.created_at,
    }


def _show_version(made: "TrackingPlanVersion", *, as_json: bool) -> None:
    plan = {"mode": made.document["mode"], "events": len(made.document["events"])}
    show_record({**_version(made), **plan}, as_json=as_json)


def _is_schema(given: dict[str, Any]) -> bool:
    """`{"properties": {"a": {…}}}` is a schema if its `properties` are a map of schemas, and an
    event of the plan if they are a schema themselves."""
    inner = given.get("properties")
    if not isinstance(inner, dict) or "mode" in given or "traits" in given:
        return False
    return bool(inner) and all(isinstance(each, dict | bool) for each in inner.values())


def _read_json(path: Path) -> Any:
    try:
        return json_text.loads(_read(path))
    except ValueError as error:
        leave(f"{path} is not JSON: {error}", WRONG_USE)


def _read(path: Path) -> str:
    try:
        return sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        leave(f"cannot read {path}: {error}", WRONG_USE)
