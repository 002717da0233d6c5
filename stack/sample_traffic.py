"""Sample traffic for a new installation: sent once, and only into an empty warehouse."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from stack.control_plane import control_plane
from stack.environment import Environment
from stack.errors import StackError
from stack.installation import Installation


@dataclass(frozen=True)
class Marker:
    """Remembers when the traffic ends: a load that was cut short is repeated with the same ids."""

    path: Path

    def read(self) -> dict[str, Any]:
        try:
            content: dict[str, Any] = json.loads(self.path.read_text())
        except (OSError, ValueError):
            return {}
        return content

    def write(self, ends_at: datetime, *, events: int | None) -> None:
        content = {"ends_at": ends_at.isoformat(), "events": events}
        temporary = self.path.with_suffix(".tmp")
        temporary.write_text(json.dumps(content))
        temporary.replace(self.path)


def load(environment: Environment) -> int | None:
    """Send the sample into the first project; None if there was nothing to do."""
    from ingest.importer.errors import ImportFailedError
    from ingest.sample_traffic import load_sample_traffic

    login = Installation.of(environment).first_login()
    marker = Marker(environment.data_directory / "sample-traffic.json")
    begun = marker.read()
    finished = begun.get("events") is not None
    if login is None or finished or (not begun and not warehouse_is_empty(environment)):
        return None
    ends_at = datetime.fromisoformat(begun["ends_at"]) if begun else datetime.now(UTC)
    marker.write(ends_at, events=None)
    describe_project(environment, login["project_id"])
    try:
        url = environment.variables["INGEST_URL"]
        count = load_sample_traffic(url, login["write_key"], ends_at)
    except ImportFailedError as error:
        raise StackError(f"the sample traffic could not be sent: {error}") from error
    marker.write(ends_at, events=count)
    return count


def warehouse_is_empty(environment: Environment) -> bool:
    from warehouse.client import connect

    client = connect(environment.variables["CLICKHOUSE_URL"])
    try:
        return not client.query("SELECT 1 FROM raw.events LIMIT 1").result_rows
    finally:
        client.close()


def describe_project(environment: Environment, project_id: str) -> None:
    """Save the funnel and the tracking plan that belong to the sample."""
    from control_plane.sample_shop import describe_sample_shop

    with control_plane(environment) as database:
        database.run(describe_sample_shop, project_id)
