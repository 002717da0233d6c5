"""`analytics ask`: a question in plain English, answered from documented metrics."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from stack.control_plane import FAILED
from stack.querying import in_project, show_table

if TYPE_CHECKING:
    from ai_sql.models import AskAnswer


def register(root: typer.Typer) -> None:
    root.command(name="ask")(ask)


def ask(
    question: Annotated[str, typer.Argument(help="For example: sessions by country last week")],
    project: Annotated[str, typer.Option("--project", help="Id or name of the project.")],
    *,
    sql: Annotated[bool, typer.Option("--sql", help="Show the SQL that ran.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the whole answer as JSON.")] = False,
) -> None:
    """Ask a question; exits with 1 when it was not answered."""
    from ai_sql.models import AskRequest
    from ai_sql.service import answer

    request = AskRequest(question=question)
    found = in_project(project, lambda layer, context: answer(request, context, layer))
    if json:
        typer.echo(found.model_dump_json(indent=2))
    else:
        _show(found, with_sql=sql)
    if found.result is None:
        sys.exit(FAILED)


def _show(found: "AskAnswer", *, with_sql: bool) -> None:
    if found.result is None:
        typer.secho(found.reason or "", bold=True)
        for option in found.options:
            typer.echo(f"  {option}")
        return
    typer.secho(found.restated or "", bold=True)
    typer.echo(found.narrative or "")
    for assumption in found.assumptions:
        typer.secho(f"assumed: {assumption}", fg="yellow")
    typer.echo()
    show_table(found.result)
    if with_sql:
        typer.echo(f"\n{found.sql}")
