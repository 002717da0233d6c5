"""The semantic layer as its callers see it: a query in, rows out."""

import asyncio
from functools import cached_property
from pathlib import Path

from redis.asyncio import Redis

from semantic_layer.cache import ResultCache
from semantic_layer.catalogue import Catalogue, load
from semantic_layer.clickhouse import ClickHouse
from semantic_layer.compiler.compiled import Compiled
from semantic_layer.compiler.events import EventsCompiler
from semantic_layer.compiler.metricflow import MetricFlowCompiler
from semantic_layer.compiler.metrics import MetricsCompiler
from semantic_layer.executor import Executor
from semantic_layer.freshness import FreshnessReader
from semantic_layer.guard import Guard
from semantic_layer.project import ProjectContext, Role
from semantic_layer.queries import EventsQuery, MetricsQuery
from semantic_layer.results import QueryResult
from semantic_layer.settings import SemanticSettings


class SemanticLayer:
    """Reads the catalogue when first used. Safe to share between tasks.

    `redis` is a client of the caller's; without one, REDIS_URL decides whether results are kept.
    """

    def __init__(
        self, settings: SemanticSettings | None = None, *, redis: Redis | None = None
    ) -> None:
        self._settings = settings or SemanticSettings()
        self._redis = redis
        self._clickhouse = ClickHouse(self._settings.clickhouse_reader_url)

    @cached_property
    def catalogue(self) -> Catalogue:
        """Raises CatalogueUnavailable until dbt has parsed the project."""
        return load(Path(self._settings.dbt_target_dir))

    def compile(self, query: MetricsQuery | EventsQuery, project: ProjectContext) -> Compiled:
        """SQL without the project's filter. Raises InvalidQuery and its kinds."""
        if isinstance(query, MetricsQuery):
            return self._metrics.compile(query, project)
        return self._events.compile(query, project)

    async def run(
        self,
        query: MetricsQuery | EventsQuery,
        project: ProjectContext,
        role: Role = Role.VIEWER,
    ) -> QueryResult:
        """Raises a SemanticError."""
        compiled = await asyncio.to_thread(self.compile, query, project)
        result = await self._executor.run(compiled, project, role)
        if isinstance(query, EventsQuery) and result.truncated:
            result.cursor = self._events.cursor(query, result.rows[-1])
        return result

    async def run_sql(
        self, sql: str, project: ProjectContext, role: Role = Role.ANALYST
    ) -> QueryResult:
        """Rows of a statement that a person wrote over the documented tables."""
        return await self._executor.run(Compiled(sql, ()), project, role)

    async def warm_up(self) -> None:
        """Import and build MetricFlow before the first question: 2-3 s that nobody waits for."""
        await asyncio.to_thread(lambda: self._metrics)

    async def aclose(self) -> None:
        await self._clickhouse.aclose()

    @cached_property
    def _metrics(self) -> MetricsCompiler:
        catalogue = self.catalogue
        engine = MetricFlowCompiler(catalogue.semantic_manifest, catalogue.models)
        return MetricsCompiler(catalogue, engine)

    @cached_property
    def _events(self) -> EventsCompiler:
        return EventsCompiler(self.catalogue)

    @cached_property
    def _executor(self) -> Executor:
        guard = Guard(self.catalogue, self._clickhouse)
        freshness = FreshnessReader(guard, self._clickhouse)
        return Executor(guard, self._clickhouse, freshness, ResultCache(self._open_redis()))

    def _open_redis(self) -> Redis | None:
        if self._redis is None and self._settings.redis_url:
            return Redis.from_url(self._settings.redis_url, socket_connect_timeout=1)
        return self._redis
