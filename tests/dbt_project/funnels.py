"""Saved funnels of the streams' events, one for each thing that a definition can say."""

import random
from dataclasses import replace
from typing import Any

from tests.dbt_project.reference.events import Project
from tests.dbt_project.reference.funnels import Exclusion, Funnel, Step

HOUR = 3_600_000
DAY = 24 * HOUR

VIEW, SEARCH, ORDER = Step("page_view"), Step("search"), Step("order_completed")
GERMAN_VIEW = Step("page_view", "DE")
SIGNUP = Step("signup")

FUNNELS = {
    "distinct": Funnel("", (VIEW, SEARCH, ORDER), DAY),
    "overlapping": Funnel("", (VIEW, GERMAN_VIEW, VIEW), HOUR),
    "repeated": Funnel("", (GERMAN_VIEW, GERMAN_VIEW, SIGNUP, VIEW), 2 * HOUR),
    "single": Funnel("", (SIGNUP,), HOUR),
    "monthly": Funnel("", (SIGNUP, ORDER), months=1),
    "strict": Funnel("", (VIEW, VIEW, SEARCH), DAY, order="strict"),
    "any order": Funnel("", (SIGNUP, SEARCH, GERMAN_VIEW), HOUR, order="any"),
    "optional": Funnel("", (VIEW, Step("signup", is_optional=True), ORDER), DAY),
    "excluded": Funnel("", (VIEW, SEARCH, ORDER), DAY, exclusions=(Exclusion(SIGNUP, 1, 3),)),
    "held": Funnel("", (VIEW, SEARCH, VIEW), DAY, held_constant="country"),
}


def funnels_of(project: Project, generation: int = 0) -> tuple[Funnel, ...]:
    """One or two, as each costs a statement a build; other generations reuse the ids for others."""
    count = random.Random(project.project_id).choice([1, 1, 2])
    rng = random.Random(f"{project.project_id} {generation}")
    chosen = rng.sample(sorted(FUNNELS), count)
    return tuple(
        replace(FUNNELS[name], funnel_id=f"funnel-{number}") for number, name in enumerate(chosen)
    )


def definition(funnel: Funnel) -> dict[str, Any]:
    """The semantic query that is saved."""
    window = {"n": funnel.window_ms // 1000, "unit": "second"}
    return {
        "kind": "funnel",
        "steps": [{**_match(step), "optional": step.is_optional} for step in funnel.steps],
        "window": {"n": funnel.months, "unit": "month"} if funnel.months else window,
        "order": funnel.order,
        "exclusions": [
            {**_match(each.step), "from_step": each.from_step, "to_step": each.to_step}
            for each in funnel.exclusions
        ],
        "hold_constant": [funnel.held_constant] if funnel.held_constant else [],
    }


def _match(step: Step) -> dict[str, Any]:
    where = [{"field": "country", "op": "eq", "value": step.country}] if step.country else []
    return {"event": step.event, "where": where}
