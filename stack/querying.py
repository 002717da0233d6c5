"""Questions and queries from the command line, asked in the name of a project."""

import asyncio
import csv
import io
import json
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from stack.control_plane import FAILED, WRONG_USE, control_plane, leave

if TYPE_CHECKING:
    from semantic_layer.layer import SemanticLayer
    from semantic_layer.project import ProjectContext
    from semantic_layer.results import QueryResult

T = TypeVar("T")
# Below a terminal's width a table is cut; in a file or a pipe it is not.
PIPED_WIDTH = 400


class Format(StrEnum):
    TABLE = "table"
    CSV = "csv"
    JSON = "json"


def in_project(
    reference: str, work: "Callable[[SemanticLayer, ProjectContext], Awaitable[T]]"
) -> T:
    """What `work` returns for the project of this id or name; its errors end the command."""
    from control_plane.repositories import projects
    from dashboard_api.project_context import context_of
    from semantic_layer.errors import InvalidQuery, MalformedSql, SemanticError
    from semantic_layer.layer import SemanticLayer

    with control_plane() as database:
        project = context_of(database.run(projects.find, reference))

    async def run() -> T:
        layer = SemanticLayer()
        try:
            return await work(layer, project)
        finally:
            await layer.aclose()

    try:
        return asyncio.run(run())
    except SemanticError as error:
        is_misuse = isinstance(error, InvalidQuery | MalformedSql)
        leave(error.detail, WRONG_USE if is_misuse else FAILED)


def show_result(result: "QueryResult", form: Format) -> None:
    """Print rows: a table for people, CSV or the whole result as JSON for programs."""
    if form is Format.JSON:
        typer.echo(json.dumps(result.model_dump(mode="json"), indent=2))
    elif form is Format.CSV:
        typer.echo(_csv(result), nl=False)
    else:
        show_table(result)


def show_table(result: "QueryResult") -> None:
    table = Table(*(column.label for column in result.columns), box=None, pad_edge=False)
    for row in result.rows:
        table.add_row(*(escape(_text(value)) for value in row))
    Console(width=None if Console().is_terminal else PIPED_WIDTH).print(table)
    for warning in result.warnings:
        typer.secho(f"note: {warning}", fg="yellow", err=True)
    if result.truncated:
        typer.secho(f"note: only the first {result.row_count} rows", fg="yellow", err=True)


def _csv(result: "QueryResult") -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(column.name for column in result.columns)
    writer.writerows(
        ["" if value is None else _cell(value) for value in row] for row in result.rows
    )
    return out.getvalue()


def _cell(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, list | dict) else value


def _text(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.4f}".rstrip("0").rstrip(".")
    return str(_cell(value))
