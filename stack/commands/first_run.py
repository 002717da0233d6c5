"""Hidden commands: the steps of `analytics up` that matter only to a new installation."""

import typer

from stack import console


def manifest() -> None:
    """Parse the dbt project, unless its manifest is up to date."""
    from stack import first_run

    first_run.make_manifest()


def first_login() -> None:
    """Create the first account, project and write key, unless somebody has an account."""
    from stack import first_run
    from stack.environment import resolve

    if first_run.create_first_login(resolve()):
        console.out.print("Created the first account, project and write key.")


def register(app: typer.Typer) -> None:
    app.command(hidden=True)(manifest)
    app.command(hidden=True)(first_login)
