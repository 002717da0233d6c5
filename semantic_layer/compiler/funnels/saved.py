"""Saved funnels, compiled for the models: attempts of all time, by the day of the first step."""

from dataclasses import dataclass

from semantic_layer.catalogue import TENANT_COLUMN, Model
from semantic_layer.compiler.event_fields import TABLE, EventFields
from semantic_layer.compiler.funnels.compiler import attempts
from semantic_layer.compiler.funnels.expressions import NEVER
from semantic_layer.compiler.funnels.points import Points
from semantic_layer.compiler.funnels.steps import compared_step, step_name
from semantic_layer.compiler.funnels.views import Counted
from semantic_layer.compiler.literals import Literals
from semantic_layer.errors import InvalidQuery
from semantic_layer.project import ProjectContext
from semantic_layer.queries import FunnelDefinition

MAX_SQL = 200_000
"""Characters. ClickHouse reads 262,144 bytes of a statement, and what inserts has to fit too."""


@dataclass(frozen=True)
class SavedFunnel:
    """`attempts_sql` selects the rows of int_funnel_attempts; `compared_steps` are, by step, the
    one whose takers it is compared with.
    """

    attempts_sql: str
    step_names: tuple[str, ...]
    compared_steps: tuple[int, ...]


def compile_saved(
    funnel_id: str, definition: FunnelDefinition, events: Model, project: ProjectContext
) -> SavedFunnel:
    """`events` is the model of fct_events. Raises UnknownColumn or InvalidQuery."""
    numbers = range(1, len(definition.steps) + 1)
    sql = _attempts_sql(funnel_id, definition, events, project)
    if len(sql.encode()) > MAX_SQL:
        raise InvalidQuery(f"the funnel is too long: {len(sql)} characters of SQL")
    return SavedFunnel(
        sql,
        tuple(step_name(definition, k) for k in numbers),
        tuple(compared_step(definition, k) for k in numbers),
    )


def _attempts_sql(
    funnel_id: str, definition: FunnelDefinition, events: Model, project: ProjectContext
) -> str:
    """SELECT of the columns of int_funnel_attempts, in their order."""
    literals = Literals()
    project_id = literals.value(project.project_id)
    fields = EventFields(events, literals)
    breakdown = definition.breakdown
    points = Points(
        definition,
        fields,
        project,
        bucket="event_date",
        value=fields.text(breakdown.field) if breakdown else "",
        events=(f"(SELECT * FROM {events.database}.{TABLE} WHERE {TENANT_COLUMN} = {project_id})"),
    )
    value = "ifNull(value, '')" if breakdown else "''"
    # Clients read what stands beneath a NULL, too, and NEVER is no time.
    some_time = f"time * (time != {NEVER})"
    moment = f"if(time = {NEVER}, NULL, fromUnixTimestamp64Milli({some_time}, 'UTC'))"
    counted = Counted(attempts(points), breakdown)
    return literals.fill(
        f"SELECT {project_id} AS project_id, {literals.value(funnel_id)} AS funnel_id, "
        f"actor AS actor_id, bucket AS entry_date, arrayMap(time -> {moment}, reached) "
        f"AS reached_at, {value} AS breakdown_value FROM ({counted.select()})"
    )
