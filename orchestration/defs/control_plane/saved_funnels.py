"""Saved funnels, compiled by the semantic layer, as rows of raw.funnel_definitions."""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import available_timezones

from pydantic import ValidationError

from semantic_layer.catalogue import Model
from semantic_layer.compiler.funnels import compile_saved
from semantic_layer.errors import InvalidQuery
from semantic_layer.project import ProjectContext
from semantic_layer.queries import FunnelDefinition

COLUMNS = (
    *("project_id", "funnel_id", "name", "definition"),
    *("attempts_sql", "counted_by", "step_names", "step_events", "compared_steps", "problem"),
)

Row = tuple[Any, ...]


def funnel_row(
    funnel: tuple[str, str, str], definition: Mapping[str, Any], timezone: str, events: Model
) -> Row:
    """`funnel` is (project_id, funnel_id, name), `events` the model of fct_events.

    A definition that is not valid has no SQL and no steps but a `problem`. A time range is left
    out of account, as it is one of a view of the funnel; so is a time zone that is not known.
    """
    project = ProjectContext(funnel[0], timezone if timezone in available_timezones() else "UTC")
    key = (*funnel, json.dumps(definition))
    untimed = {name: value for name, value in definition.items() if name != "time"}
    try:
        valid = FunnelDefinition.model_validate(untimed)
        compiled = compile_saved(funnel[1], valid, events, project)
    except (ValidationError, InvalidQuery) as error:
        return (*key, "", "", [], [], [], _problem(error))
    return (
        *key,
        compiled.attempts_sql,
        valid.count_by,
        list(compiled.step_names),
        [step.event for step in valid.steps],
        list(compiled.compared_steps),
        "",
    )


def _problem(error: ValidationError | InvalidQuery) -> str:
    return "; ".join(_reasons(error)) if isinstance(error, ValidationError) else error.detail


def _reasons(error: ValidationError) -> Iterator[str]:
    """Each with its place, as in `window.n: Input should be less than ...`."""
    for found in error.errors(include_url=False, include_input=False):
        place = ".".join(map(str, found["loc"]))
        yield f"{place}: {found['msg']}" if place else found["msg"]
