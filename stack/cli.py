"""The `analytics` command line.

Every module in `stack.commands` has `register(app)`, which adds its command or group. Modules
import what is heavy inside their functions, so that `analytics --help` stays instant.
"""

import pkgutil
import sys
from importlib import import_module

import typer

import stack.commands
from control_plane.errors import ControlPlaneError
from stack import console
from stack.errors import StackError


def build_app() -> typer.Typer:
    app = typer.Typer(
        name="analytics",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    app.callback()(_prepare)
    for module in pkgutil.iter_modules(stack.commands.__path__):
        import_module(f"stack.commands.{module.name}").register(app)
    return app


def _prepare() -> None:
    """Run and use the analytics platform."""
    if not {"--help", "-h"} & set(sys.argv):
        from stack.environment import export, resolve

        export(resolve())


def main() -> None:
    try:
        build_app()()
    except (StackError, ControlPlaneError) as error:
        console.err.print(f"error: {error}", style="red", markup=False, soft_wrap=True)
        sys.exit(1)
