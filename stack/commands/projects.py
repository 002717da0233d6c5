"""`analytics projects`: create and list projects, and say what they may send."""

from typing import TYPE_CHECKING, Annotated

import typer

from stack.control_plane import WRONG_USE, control_plane, leave
from stack.listing import Value, show_record, show_rows

if TYPE_CHECKING:
    from control_plane.models import Project

app = typer.Typer(no_args_is_help=True, help="Create and list projects.")

FOREVER = "forever"
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def register(root: typer.Typer) -> None:
    root.add_typer(app, name="projects")


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="Name, unique in the organisation.")],
    *,
    timezone: Annotated[
        str, typer.Option(help="IANA zone in which days, weeks and months are cut.")
    ] = "UTC",
    currency: Annotated[str, typer.Option(help="ISO 4217 code of amounts.")] = "USD",
    include_bots: Annotated[
        bool, typer.Option("--include-bots", help="Count bots as people (server logs).")
    ] = False,
    keep_ip: Annotated[
        bool, typer.Option("--keep-ip", help="Keep addresses instead of dropping them.")
    ] = False,
    tier: Annotated[str, typer.Option(help="Rate tier.")] = "unmetered",
    retention_days: Annotated[
        int | None, typer.Option(help="Delete events after so many days; else never.")
    ] = None,
    json: Json = False,
) -> None:
    """Create a project."""
    from control_plane.repositories import organisations, projects

    with control_plane() as database:
        project = database.run(
            projects.create,
            database.run(organisations.first).id,
            name,
            timezone=timezone,
            currency=currency,
            include_bots=include_bots,
            keep_ip=keep_ip,
            tier=tier,
            retention_days=retention_days,
        )
        show_record(_described(project), as_json=json)


@app.command()
def set_tier(
    project: Annotated[str, typer.Argument(help="Id or name of the project.")],
    tier: Annotated[str, typer.Argument(help="Rate tier; `analytics tiers list` names them.")],
    json: Json = False,
) -> None:
    """Move a project to another rate tier. Ingest follows within seconds."""
    from control_plane.repositories import projects

    with control_plane() as database:
        found = database.run(projects.find, project)
        show_record(_described(database.run(projects.update, found.id, tier=tier)), as_json=json)


@app.command()
def set_retention(
    project: Annotated[str, typer.Argument(help="Id or name of the project.")],
    days: Annotated[
        str, typer.Argument(help="How many days events are kept, or `forever`.", metavar="DAYS")
    ],
    json: Json = False,
) -> None:
    """Say how long events are kept. Older ones are deleted every night, for good."""
    from control_plane.repositories import projects

    if days != FOREVER and not days.isdecimal():
        leave(f"{days!r} is neither a number of days nor {FOREVER}", WRONG_USE)
    kept = None if days == FOREVER else int(days)
    with control_plane() as database:
        found = database.run(projects.find, project)
        changed = database.run(projects.update, found.id, retention_days=kept)
        show_record(_described(changed), as_json=json)


@app.command(name="list")
def list_projects(json: Json = False) -> None:
    """List every project."""
    from control_plane.repositories import projects

    with control_plane() as database:
        rows = [_described(project) for project in database.run(projects.everything)]
    show_rows(rows, as_json=json, empty="No project yet: analytics projects create NAME")


def _described(project: "Project") -> dict[str, Value]:
    return {
        "id": project.id,
        "name": project.name,
        "timezone": project.timezone,
        "currency": project.currency,
        "include_bots": project.include_bots,
        "keep_ip": project.keep_ip,
        "tier": project.tier,
        "retention_days": project.retention_days,
        "created_at": project.created_at,
    }
