"""The `analytics` command line.

Every module in `stack.commands` has `register(app)`, which adds its command or group. Modules
import what is heavy inside their functions, so that `analytics --help` stays instant.
"""

import pkgutil
import sys
from importlib import import_module

import typer

import stack.commands
from stack.errors import StackError


def build_app() -> typer.Typer:
    app = typer.Typer(
        name="analytics",
        help="Run and use the analytics platform.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    app.callback()(_root)
    for module in pkgutil.iter_modules(stack.commands.__path__):
        import_module(f"stack.commands.{module.name}").register(app)
    return app


def _root() -> None:
    """Run and use the analytics platform."""


def main() -> None:
    try:
        build_app()()
    except StackError as error:
        typer.secho(f"error: {error}", fg="red", err=True)
        sys.exit(1)
