"""How fresh the marts are, per project: the age of an answer, and the version of the cache."""

from dataclasses import dataclass
from datetime import datetime
from time import monotonic

from semantic_layer.clickhouse import ClickHouse
from semantic_layer.errors import NotBuilt
from semantic_layer.guard import Guard
from semantic_layer.limits import LIMITS
from semantic_layer.project import Role
from semantic_layer.values import moment_of

SECONDS = 5
"""How long a figure is trusted; the scan behind it costs about 0.1 s for 10M events."""

STATEMENT = """
SELECT
    max(received_at) AS newest,
    max(load_id) AS last_load,
    max(version) AS last_build
FROM analytics.fct_events
"""


@dataclass(frozen=True)
class Freshness:
    """`as_of` is the receipt of the newest event that is built; None before the first build."""

    as_of: datetime | None
    version: str


class FreshnessReader:
    def __init__(self, guard: Guard, clickhouse: ClickHouse) -> None:
        self._guard = guard
        self._clickhouse = clickhouse
        self._known: dict[str, tuple[float, Freshness]] = {}

    async def of(self, project_id: str) -> Freshness:
        read_at, freshness = self._known.get(project_id, (0.0, None))
        if freshness is None or monotonic() - read_at > SECONDS:
            freshness = await self._read(project_id)
            self._known[project_id] = (monotonic(), freshness)
        return freshness

    async def _read(self, project_id: str) -> Freshness:
        guarded = await self._guard.apply(STATEMENT, project_id, 1)
        try:
            rows = await self._clickhouse.run(guarded.sql, "", LIMITS[Role.VIEWER])
        except NotBuilt:
            return Freshness(None, "")
        newest, last_load, last_build = rows.rows[0]
        as_of = moment_of(newest)
        return Freshness(as_of if as_of.year > 1970 else None, f"{last_load}:{last_build}")
