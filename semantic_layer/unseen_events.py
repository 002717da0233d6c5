"""Warns of event names in a query that no event of the project has."""

from collections.abc import Iterator

from semantic_layer.compiler.compiled import Compiled
from semantic_layer.compiler.literals import render
from semantic_layer.errors import SemanticError
from semantic_layer.executor import Executor
from semantic_layer.freshness import UNKNOWN
from semantic_layer.project import ProjectContext, Role
from semantic_layer.queries import AnyQuery, FunnelQuery, PathsQuery


def event_names(query: AnyQuery) -> list[str]:
    """The events that a query names, in its order."""
    return list(dict.fromkeys(_named(query)))


def _named(query: AnyQuery) -> Iterator[str]:
    if isinstance(query, FunnelQuery):
        yield from (step.event for step in query.steps)
        yield from (exclusion.event for exclusion in query.exclusions)
    elif isinstance(query, PathsQuery) and query.by == "event":
        yield from filter(None, (query.start, query.end))


class UnseenEvents:
    """Remembers, by project, which of the names asked for happened as of the last build."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor
        self._happened: dict[str, tuple[int, set[str]]] = {}

    async def warnings(self, query: AnyQuery, project: ProjectContext) -> list[str]:
        """One for each name. None while the catalogue of events cannot be read: no answer fails
        for what is only a hint."""
        names = event_names(query)
        if not names:
            return []
        try:
            happened = await self._happened_of(names, project)
        except SemanticError:
            return []
        return [f"{name!r} has never happened" for name in names if name not in happened]

    async def _happened_of(self, names: list[str], project: ProjectContext) -> set[str]:
        version = (await self._executor.freshness.of(project.project_id)).build.version
        known_version, happened = self._happened.get(project.project_id, (version, set[str]()))
        if known_version != version or version == UNKNOWN.version:
            happened = set()
        if not happened.issuperset(names):
            happened |= await self._look_up(names, project)
            self._happened[project.project_id] = (version, happened)
        return happened

    async def _look_up(self, names: list[str], project: ProjectContext) -> set[str]:
        listed = ", ".join(render(name) for name in names)
        sql = (
            "SELECT event_name FROM analytics.dim_events "  # noqa: S608 - names are quoted by render
            f"WHERE event_count > 0 AND event_name IN ({listed})"
        )
        found = await self._executor.run(Compiled(sql, ()), project, Role.VIEWER)
        return {row[0] for row in found.rows}
