"""The `funnel` kind."""

from collections.abc import Iterator
from dataclasses import dataclass

from semantic_layer.catalogue import Catalogue
from semantic_layer.compiler.buckets import truncation
from semantic_layer.compiler.compiled import Compiled
from semantic_layer.compiler.event_fields import TABLE, EventFields
from semantic_layer.compiler.funnels.any_order import AnyOrderAttempts
from semantic_layer.compiler.funnels.attempts import Attempts
from semantic_layer.compiler.funnels.disjoint import DisjointAttempts, is_disjoint
from semantic_layer.compiler.funnels.ordered import OrderedAttempts
from semantic_layer.compiler.funnels.points import Points
from semantic_layer.compiler.funnels.views import VIEWS, Counted
from semantic_layer.compiler.literals import Literals
from semantic_layer.compiler.rendering import WEEK_START
from semantic_layer.errors import InvalidQuery
from semantic_layer.periods import Period, resolve
from semantic_layer.project import ProjectContext
from semantic_layer.queries import FunnelQuery, Unit


@dataclass(frozen=True)
class FunnelCompiler:
    catalogue: Catalogue

    def compile(self, query: FunnelQuery, project: ProjectContext) -> Compiled:
        """Raises UnknownColumn or InvalidQuery."""
        literals = Literals()
        fields = EventFields(self.catalogue.models[TABLE], literals)
        period = resolve(query.time, project)
        points = Points(
            query,
            fields,
            project,
            period,
            bucket=_bucket(query),
            value=fields.text(query.breakdown.field) if query.breakdown else "",
        )
        counted = Counted(attempts(points), query.breakdown)
        view = VIEWS[query.view](query, counted, period, project, literals)
        sql = literals.fill(view.sql().replace(WEEK_START, str(project.week_start)))
        return Compiled(sql, view.columns, tuple(_warnings(query, period)))


def attempts(points: Points) -> Attempts:
    if points.funnel.order == "any":
        return AnyOrderAttempts(points)
    return DisjointAttempts(points) if is_disjoint(points.funnel) else OrderedAttempts(points)


def _warnings(query: FunnelQuery, period: Period) -> Iterator[str]:
    if period.is_open:
        yield "the last bucket is not complete"
    if len(query.steps) == 1:
        yield "a funnel of one step: everybody who takes it has converted"


def _bucket(query: FunnelQuery) -> str:
    if query.view != "trend":
        return ""
    grain = query.time.grain or Unit.DAY
    if grain is Unit.HOUR:
        raise InvalidQuery("a funnel has no trend by hour. Valid grains: day, week, month, ...")
    return truncation("event_date", grain)
