"""Warns of event names in a query that no event of the project has."""

from collections.abc import Iterator

from semantic_layer.compiler.compiled import Compiled
from semantic_layer.compiler.literals import render
from semantic_layer.errors import SemanticError
from semantic_layer.executor import Executor
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


async def warnings(query: AnyQuery, executor: Executor, project: ProjectContext) -> list[str]:
    """One for each name. None while the catalogue of events cannot be read: no answer waits for
    what is only a hint."""
    names = event_names(query)
    if not names:
        return []
    listed = ", ".join(render(name) for name in names)
    sql = (
        "SELECT event_name FROM analytics.dim_events "  # noqa: S608 - quoted by render
        f"WHERE event_count > 0 AND event_name IN ({listed})"
    )
    try:
        found = await executor.run(Compiled(sql, ()), project, Role.VIEWER)
    except SemanticError:
        return []
    seen = {row[0] for row in found.rows}
    return [f"{name!r} has never happened" for name in names if name not in seen]
