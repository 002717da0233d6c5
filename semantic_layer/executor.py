"""Runs statements: through the guard, within the role's limits, from the cache when it can."""

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import uuid4

from semantic_layer.cache import ResultCache, key_of
from semantic_layer.clickhouse import ClickHouse, Rows
from semantic_layer.compiler.compiled import Compiled
from semantic_layer.errors import UnknownColumn
from semantic_layer.freshness import Build, Freshness, FreshnessReader
from semantic_layer.guard import Guard, Guarded
from semantic_layer.limits import LIMITS, Limits
from semantic_layer.project import ProjectContext, Role
from semantic_layer.results import QueryResult
from semantic_layer.values import describe, plain_rows


@dataclass(frozen=True)
class Executor:
    guard: Guard
    clickhouse: ClickHouse
    freshness: FreshnessReader
    cache: ResultCache

    async def run(self, compiled: Compiled, project: ProjectContext, role: Role) -> QueryResult:
        """Raises a SemanticError. Cancelling the task stops the query on the server."""
        limits = LIMITS[role]
        max_rows = min(limits.rows_returned, compiled.max_rows or limits.rows_returned)
        guarded, freshness = await asyncio.gather(
            self.guard.apply(compiled.sql, project.project_id, max_rows),
            self.freshness.of(project.project_id),
        )
        build = freshness.build
        key = key_of(guarded.sql, repr(compiled.columns), project.timezone, str(build.version))
        cached = await self.cache.get(key)
        if cached is not None:
            return cached.model_copy(update={"cached": True, "warnings": list(compiled.warnings)})
        result = await self._compute(compiled, guarded, project, limits, freshness)
        if self.cache.is_kept and await self._is_of(build, project):
            await self.cache.put(key, result)
        return result

    async def _is_of(self, build: Build, project: ProjectContext) -> bool:
        """Whether no build was under way at any time since `build` was read.

        Builds note their start before they write and their end when all is written, so the same
        version with none under way, before and after, leaves no time for one in between.
        """
        if build.is_building:
            return False
        return await self.freshness.build(project.project_id) == build

    async def _compute(
        self,
        compiled: Compiled,
        guarded: Guarded,
        project: ProjectContext,
        limits: Limits,
        freshness: Freshness,
    ) -> QueryResult:
        query_id = str(uuid4())
        try:
            rows = await self.clickhouse.run(guarded.sql, query_id, limits)
        except UnknownColumn as error:
            near = self.guard.columns_near(error.name, guarded)
            raise UnknownColumn(error.name, near) from None
        kept = replace(rows, rows=rows.rows[: guarded.max_rows])
        return QueryResult(
            columns=list(compiled.columns) or describe(rows),
            rows=plain_rows(kept, compiled.wall_clock, project.zone),
            sql=guarded.sql,
            query_id=query_id,
            computed_at=datetime.now(UTC),
            data_as_of=freshness.as_of,
            row_count=len(kept.rows),
            truncated=_has_more(rows, guarded),
            warnings=list(compiled.warnings),
        )


def _has_more(rows: Rows, guarded: Guarded) -> bool:
    return len(rows.rows) > guarded.max_rows
