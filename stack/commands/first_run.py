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


def queue_build() -> None:
    """Queue a build if a model was never built: at the first start, or after an upgrade."""
    from stack import first_build
    from stack.environment import resolve

    missing = first_build.queue(resolve())
    if missing:
        console.out.print(f"Building the models; {missing} of them for the first time.")


def wait_for_build() -> None:
    """Wait for the build that `queue-build` queued, if it did."""
    from stack import first_build
    from stack.environment import resolve

    if not first_build.wait(resolve()):
        raise typer.Exit(1)


def register(app: typer.Typer) -> None:
    app.command(hidden=True)(manifest)
    app.command(hidden=True)(first_login)
    app.command(hidden=True)(queue_build)
    app.command(hidden=True)(wait_for_build)
