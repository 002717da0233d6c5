"""`analytics migrate`: bring the schemas of both databases up to date."""

import json
from typing import Annotated

import typer

from stack import console


def migrate(
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Migrate PostgreSQL and ClickHouse. Safe to repeat, also after a failure."""
    from stack import migrations
    from stack.environment import resolve

    done = migrations.migrate(resolve())
    if as_json:
        result = {
            "control_plane_revision": done.control_plane_revision,
            "warehouse_migrations": done.warehouse_migrations,
        }
        console.out.print_json(json.dumps(result))
        return
    console.out.print(f"Control plane at {done.control_plane_revision}.")
    applied = ", ".join(done.warehouse_migrations) or "nothing to do"
    console.out.print(f"Warehouse: {applied}.", soft_wrap=True)


def register(app: typer.Typer) -> None:
    app.command()(migrate)
