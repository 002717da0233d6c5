"""Hidden commands: the steps of `analytics up` that matter only to a new installation."""

import typer

from stack import console


def first_login() -> None:
    """Create the first account, project and write key, unless somebody has an account."""
    from stack import first_run
    from stack.environment import resolve

    if first_run.create_first_login(resolve()):
        console.out.print("Created the first account, project and write key.")


def register(app: typer.Typer) -> None:
    app.command(hidden=True)(first_login)
