"""`analytics sql`: one SELECT over the documented tables of a project."""

from typing import Annotated

import typer

from stack.querying import Format, in_project, show_result


def register(root: typer.Typer) -> None:
    root.command(name="sql")(sql)


def sql(
    statement: Annotated[str, typer.Argument(help="For example: SELECT count() FROM fct_events")],
    project: Annotated[str, typer.Option("--project", help="Id or name of the project.")],
    *,
    form: Annotated[Format, typer.Option("--format", help="table, csv or json.")] = Format.TABLE,
    json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
) -> None:
    """Run a SELECT; the project's filter and the limits are put in place."""
    result = in_project(project, lambda layer, context: layer.run_sql(statement, context))
    show_result(result, Format.JSON if json else form)
