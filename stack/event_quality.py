"""Reports on events and their replay from the command line, in the name of a project."""

import asyncio
import getpass
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from stack.control_plane import FAILED, WRONG_USE, control_plane, leave
from stack.environment import resolve

if TYPE_CHECKING:
    from control_plane.database import AsyncDatabase
    from semantic_layer.clickhouse import ClickHouse

T = TypeVar("T")
UNITS = {"m": 60, "h": 3_600, "d": 86_400, "w": 604_800}


@dataclass(frozen=True)
class Desk:
    """What such work needs."""

    project_id: str
    warehouse: "ClickHouse"
    database: "AsyncDatabase"
    ingest_url: str


def at_desk(reference: str, work: Callable[[Desk], Awaitable[T]]) -> T:
    """What `work` returns for the project of this id or name; its errors end the command."""
    from control_plane.database import AsyncDatabase
    from control_plane.repositories import projects
    from dashboard_api.event_quality.replay import ReplayFailedError
    from semantic_layer.clickhouse import ClickHouse
    from semantic_layer.errors import SemanticError

    environment = resolve()
    variables = environment.variables

    async def run(project_id: str) -> T:
        warehouse = ClickHouse(variables["CLICKHOUSE_READER_URL"])
        async with AsyncDatabase(environment.database_url) as database:
            try:
                return await work(Desk(project_id, warehouse, database, variables["INGEST_URL"]))
            finally:
                await warehouse.aclose()

    with control_plane(environment) as known:
        project_id = known.run(projects.find, reference).id
        try:
            return asyncio.run(run(project_id))
        except SemanticError as error:
            leave(error.detail, FAILED)
        except ReplayFailedError as error:
            leave(f"{error}. Run the same command again to go on.", FAILED)


def author() -> str:
    """As what changes made from the command line are put on record."""
    return f"{getpass.getuser()} (command line)"


def moment(text: str) -> datetime | None:
    """A time such as 2026-11-22T10:00Z, a day, or an age such as 30m, 12h, 7d, 2w; '' is None."""
    if not text:
        return None
    if text[-1] in UNITS and text[:-1].isdigit():
        return datetime.now(UTC) - timedelta(seconds=int(text[:-1]) * UNITS[text[-1]])
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        leave(
            f"{text!r} is neither a time such as 2026-11-22T10:00Z nor an age such as 7d", WRONG_USE
        )
    return found if found.tzinfo else found.replace(tzinfo=UTC)
