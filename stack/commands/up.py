"""`analytics up`: start everything."""

from typing import Annotated

import typer

from stack import console


def up(
    detach: Annotated[
        bool, typer.Option("--detach", "-d", help="Return once everything is healthy.")
    ] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Show the logs of services while they start.")
    ] = False,
    background: Annotated[bool, typer.Option("--background", hidden=True)] = False,
) -> None:
    """Start every engine and service, and stop them all on Ctrl-C. Safe to repeat."""
    from stack import lifecycle
    from stack.environment import resolve
    from stack.installation import Installation
    from stack.welcome import show_welcome

    environment = resolve()
    state = Installation.of(environment).running_state()
    if state:
        console.out.print(
            f"The platform is already running (pid {state.supervisor.pid}, {state.phase})."
        )
        show_welcome(environment, console.out, with_password=False)
    elif detach:
        lifecycle.start_in_background(environment, console.out)
    else:
        lifecycle.run(environment, console.out, verbose=verbose, background=background)


def register(app: typer.Typer) -> None:
    app.command()(up)
