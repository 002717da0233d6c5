"""`analytics keys`: create, list and revoke the keys of a project."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from stack.control_plane import control_plane
from stack.listing import Value, show_record, show_rows

if TYPE_CHECKING:
    from control_plane.models import ApiKey

app = typer.Typer(no_args_is_help=True, help="Create, list and revoke API keys.")

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
ProjectReference = Annotated[str, typer.Option("--project", help="Id or name of the project.")]


class Kind(StrEnum):
    WRITE = "write"
    READ = "read"


def register(root: typer.Typer) -> None:
    root.add_typer(app, name="keys")


@app.command()
def create(
    project: ProjectReference,
    kind: Annotated[Kind, typer.Option(help="write: may send events; read: may query.")],
    name: Annotated[str, typer.Option(help="A note on who uses it.")] = "",
    json: Json = False,
) -> None:
    """Create a key. It is shown once: only its hash is stored."""
    from control_plane.keys import KeyKind
    from control_plane.repositories import api_keys, projects

    with control_plane() as database:
        owner = database.run(projects.find, project)
        created = database.run(
            api_keys.create_for_project, owner.id, KeyKind(kind.value), name=name
        )
        show_record({"key": created.plaintext, **_described(created.key)}, as_json=json)


@app.command(name="list")
def list_keys(project: ProjectReference = "", json: Json = False) -> None:
    """List keys, of one project or of all."""
    from control_plane.repositories import api_keys, projects

    with control_plane() as database:
        if project:
            found = database.run(api_keys.of_project, database.run(projects.find, project).id)
        else:
            found = database.run(api_keys.everything)
    rows = [_described(key) for key in found]
    show_rows(
        rows, as_json=json, empty="No key yet: analytics keys create --project P --kind write"
    )


@app.command()
def revoke(
    key: Annotated[str, typer.Argument(help="Id, visible prefix or the key itself.")],
    json: Json = False,
) -> None:
    """Revoke a key. Ingest stops accepting it within seconds."""
    from control_plane.repositories import api_keys

    with control_plane() as database:
        show_record(_described(database.run(api_keys.revoke, key)), as_json=json)


def _described(key: "ApiKey") -> dict[str, Value]:
    return {
        "id": key.id,
        "kind": key.kind,
        "prefix": key.prefix,
        "name": key.name,
        "project_id": key.project_id,
        "created_at": key.created_at,
        "last_used_at": key.last_used_at,
        "revoked_at": key.revoked_at,
    }
