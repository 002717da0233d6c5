"""`analytics query`: a semantic query out of a JSON file."""

import json as json_text
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stack.control_plane import WRONG_USE, leave
from stack.querying import Format, in_project, show_result

if TYPE_CHECKING:
    from semantic_layer.queries import AnyQuery


def register(root: typer.Typer) -> None:
    root.command(name="query")(query)


def query(
    file: Annotated[Path, typer.Argument(help="The query as JSON; - reads standard input.")],
    project: Annotated[str, typer.Option("--project", help="Id or name of the project.")],
    *,
    form: Annotated[Format, typer.Option("--format", help="table, csv or json.")] = Format.TABLE,
    json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
) -> None:
    """Run a semantic query, as the dashboard sends it to POST /api/v1/query."""
    wanted = _read(file)
    result = in_project(project, lambda layer, context: layer.run(wanted, context))
    show_result(result, Format.JSON if json else form)


def _read(file: Path) -> "AnyQuery":
    from pydantic import ValidationError

    from semantic_layer.queries import parse_query

    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text()
        return parse_query(json_text.loads(text))
    except OSError as error:
        leave(f"cannot read {file}: {error.strerror}", WRONG_USE)
    except json_text.JSONDecodeError as error:
        leave(f"{file} is not JSON: {error}", WRONG_USE)
    except ValidationError as error:
        problems = (
            f"{'.'.join(map(str, each['loc'])) or 'query'}: {each['msg']}"
            for each in error.errors(include_url=False)
        )
        leave("; ".join(problems), WRONG_USE)
