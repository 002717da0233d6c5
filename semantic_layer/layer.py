"""The semantic layer as its callers see it: a query in, rows out."""

import asyncio
from functools import cached_property
from pathlib import Path
from threading import Lock

from redis.asyncio import Redis

from semantic_layer.cache import ResultCache
from semantic_layer.catalogue import Catalogue, load
from semantic_layer.clickhouse import ClickHouse
from semantic_layer.compiler.compiled import Compiled
from semantic_layer.compiler.events import EventsCompiler
from semantic_layer.compiler.funnels import FunnelCompiler
from semantic_layer.compiler.metrics import MetricsCompiler
from semantic_layer.compiler.paths import PathsCompiler
from semantic_layer.executor import Executor
from semantic_layer.freshness import FreshnessReader
from semantic_layer.guard import Guard
from semantic_layer.project import ProjectContext, Role
from semantic_layer.queries import (
    AnyQuery,
    EventsQuery,
    FunnelQuery,
    Last,
    MetricsQuery,
    PathsQuery,
    TimeRange,
    Unit,
)
from semantic_layer.results import QueryResult
from semantic_layer.settings import SemanticSettings
from semantic_layer.unseen_events import UnseenEvents


class SemanticLayer:
    """Follows the dbt artifacts: a new `dbt parse` takes effect with the next query.

    `redis` is a client of the caller's; without one, REDIS_URL decides whether results are kept.
    Safe to share between tasks.
    """

    def __init__(
        self, settings: SemanticSettings | None = None, *, redis: Redis | None = None
    ) -> None:
        self._settings = settings or SemanticSettings()
        self._clickhouse = ClickHouse(self._settings.clickhouse_reader_url)
        self._cache = ResultCache(redis or _open_redis(self._settings.redis_url))
        self._lock = Lock()
        self._read_at: float | None = None
        self._parts: _Parts | None = None

    @property
    def catalogue(self) -> Catalogue:
        """Raises CatalogueUnavailable until dbt has parsed the project."""
        return self._current().catalogue

    def compile(self, query: AnyQuery, project: ProjectContext) -> Compiled:
        """SQL without the project's filter. Raises InvalidQuery and its kinds."""
        parts = self._current()
        if isinstance(query, MetricsQuery):
            return parts.metrics.compile(query, project)
        if isinstance(query, FunnelQuery):
            return parts.funnels.compile(query, project)
        if isinstance(query, PathsQuery):
            return parts.paths.compile(query, project)
        return parts.events.compile(query, project)

    async def run(
        self,
        query: AnyQuery,
        project: ProjectContext,
        role: Role = Role.VIEWER,
    ) -> QueryResult:
        """Raises a SemanticError."""
        compiled = await asyncio.to_thread(self.compile, query, project)
        parts = self._current()
        result, warnings = await asyncio.gather(
            parts.executor.run(compiled, project, role),
            parts.unseen_events.warnings(query, project),
        )
        result.warnings += warnings
        if isinstance(query, EventsQuery) and result.truncated:
            result.cursor = parts.events.cursor(query, result.rows[-1])
        return result

    async def run_sql(
        self, sql: str, project: ProjectContext, role: Role = Role.ANALYST
    ) -> QueryResult:
        """Rows of a statement that a person wrote over the documented tables."""
        return await self._current().executor.run(Compiled(sql, ()), project, role)

    async def warm_up(self) -> None:
        """Build MetricFlow and render once before the first question: 2-3 s nobody waits for."""
        await asyncio.to_thread(self._compile_anything)

    def _compile_anything(self) -> None:
        time = TimeRange(last=Last(n=1, unit=Unit.DAY))
        for name in list(self.catalogue.metrics)[:1]:
            query = MetricsQuery(kind="metrics", metrics=[name], time=time)
            self.compile(query, ProjectContext(""))

    async def aclose(self) -> None:
        await self._clickhouse.aclose()

    def _current(self) -> "_Parts":
        directory = Path(self._settings.dbt_target_dir)
        written_at = _modified_at(directory / "semantic_manifest.json")
        with self._lock:
            if self._parts is None or written_at != self._read_at:
                self._parts = _Parts(load(directory), self._clickhouse, self._cache)
                self._read_at = written_at
            return self._parts


class _Parts:
    """What is built from one catalogue."""

    def __init__(self, catalogue: Catalogue, clickhouse: ClickHouse, cache: ResultCache) -> None:
        self.catalogue = catalogue
        self.events = EventsCompiler(catalogue)
        self.funnels = FunnelCompiler(catalogue)
        self.paths = PathsCompiler(catalogue)
        guard = Guard(catalogue, clickhouse)
        freshness = FreshnessReader(guard, clickhouse)
        self.executor = Executor(guard, clickhouse, freshness, cache)
        self.unseen_events = UnseenEvents(self.executor)

    @cached_property
    def metrics(self) -> MetricsCompiler:
        from semantic_layer.compiler.metricflow import MetricFlowCompiler  # 2 s to import

        engine = MetricFlowCompiler(self.catalogue.semantic_manifest, self.catalogue.models)
        return MetricsCompiler(self.catalogue, engine)


def _modified_at(path: Path) -> float | None:
    try:
        return path.stat().st_mtime
    except OSError:
        return None


def _open_redis(url: str | None) -> Redis | None:
    return Redis.from_url(url, socket_connect_timeout=1) if url else None
