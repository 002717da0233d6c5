"""`analytics down`: stop everything."""

import typer

from stack import console


def down() -> None:
    """Stop every engine and service that `up` started."""
    from stack import lifecycle
    from stack.environment import resolve

    stopped = lifecycle.stop(resolve(), console.out)
    console.out.print("Stopped." if stopped else "Nothing was running.")


def register(app: typer.Typer) -> None:
    app.command()(down)
