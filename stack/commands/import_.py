"""`analytics import`: send a file of another system through the ingest API."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stack.control_plane import WRONG_USE, control_plane, leave
from stack.environment import Environment, resolve
from stack.errors import StackError
from stack.import_keys import ImportKey, key_for
from stack.import_report import describe_dry_run, describe_result, progress_bar

if TYPE_CHECKING:
    from ingest.importer.run import ImportRequest, ImportResult, Watch


class Format(StrEnum):
    COMBINED_LOG = "combined_log"
    CSV = "csv"
    NDJSON = "ndjson"
    SEGMENT = "segment"
    POSTHOG = "posthog"
    MIXPANEL = "mixpanel"
    AMPLITUDE = "amplitude"


def register(root: typer.Typer) -> None:
    root.command(name="import")(import_file)


def zone_checked(name: str) -> str:
    from zoneinfo import available_timezones

    if name and name not in available_timezones():
        raise typer.BadParameter(f"{name!r} is not an IANA time zone such as Europe/London")
    return name


def import_file(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, readable=True)
    ],
    *,
    project: Annotated[str, typer.Option(help="Id or name of the project.")],
    format_: Annotated[Format, typer.Option("--format", help="What the file holds.")],
    mapping: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help="YAML file that says what a record becomes; CSV needs one.",
        ),
    ] = None,
    site: Annotated[
        str, typer.Option(help="https://host of an access log, which names only paths.")
    ] = "",
    time_zone: Annotated[
        str,
        typer.Option(
            callback=zone_checked,
            help="Zone of a Mixpanel project from before 2023, whose exports are in local time.",
        ),
    ] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Read and map everything, send nothing.")
    ] = False,
    key: Annotated[
        str,
        typer.Option(
            envvar="ANALYTICS_WRITE_KEY",
            help="Write key; made and kept by itself where the control plane can be reached.",
        ),
    ] = "",
    again: Annotated[
        bool, typer.Option("--again", help="Send everything even if it was sent before.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Import FILE (plain, .gz or .zip). A stopped import goes on where it stood.

    Records that make no event are kept with line number and reason. Importing a file twice adds
    nothing.
    """
    from ingest.importer.run import ImportRequest

    environment = resolve()
    started = time.monotonic()
    with errors_told(), progress_bar(file) as watch:
        if dry_run:
            from ingest.importer.run import dry_run as read_only

            request = ImportRequest(file, format_.value, project, mapping, site, time_zone)
            outcome = read_only(request, watch)
        else:
            project_id, write_key = target(environment, project, key)
            request = ImportRequest(file, format_.value, project_id, mapping, site, time_zone)
            result = send(environment, request, write_key, watch, again=again)
    if dry_run:
        describe_dry_run(outcome, as_json=json)
    else:
        describe_result(result, time.monotonic() - started, as_json=json)
        if result.progress.rejected and not result.progress.accepted:
            sys.exit(1)


def target(environment: Environment, project: str, key: str) -> tuple[str, ImportKey]:
    """The project's id and a key for it. With a key given, the control plane may be away."""
    from control_plane.repositories import projects

    try:
        with control_plane(environment) as database:
            found = database.run(projects.find, project)
            if key:
                return found.id, ImportKey(key, is_new=False)
            return found.id, key_for(database, found.id, imports_directory(environment) / "keys")
    except StackError:
        if key:
            return project, ImportKey(key, is_new=False)
        raise


def send(
    environment: Environment,
    request: "ImportRequest",
    key: ImportKey,
    watch: "Watch",
    *,
    again: bool,
) -> "ImportResult":
    from ingest.importer.delivery import IngestClient
    from ingest.importer.run import run_import

    url = environment.variables["INGEST_URL"]
    with IngestClient(url, key.plaintext, key_is_new=key.is_new) as client:
        return run_import(request, client, imports_directory(environment), watch, again=again)


def imports_directory(environment: Environment) -> Path:
    return environment.data_directory / "imports"


@contextmanager
def errors_told() -> Iterator[None]:
    from ingest.importer.errors import ImportFailedError, MappingError, SourceError

    try:
        yield
    except (MappingError, SourceError) as error:
        leave(str(error), WRONG_USE)
    except ImportFailedError as error:
        raise StackError(f"{error}. Run the same command again to go on.") from error
    except KeyboardInterrupt:
        raise StackError("stopped. Run the same command again to go on.") from None
