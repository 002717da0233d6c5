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


def first_build() -> None:
    """Build the models if one of them was never built: at the first start, or after an upgrade."""
    from stack import first_run
    from stack.commands.build import build
    from stack.environment import resolve
    from stack.models_built import missing_models

    missing = missing_models(resolve())
    if missing:
        first_run.wait_until_loaded(resolve())
        console.out.print(f"Building the models; {len(missing)} of them for the first time.")
        build()


def register(app: typer.Typer) -> None:
    app.command(hidden=True)(manifest)
    app.command(hidden=True)(first_login)
    app.command(hidden=True)(first_build)
