"""A saved funnel and a funnel query of the same definition tell the same figures."""

from datetime import date, timedelta
from itertools import cycle
from typing import Any

import pytest

from semantic_layer.layer import SemanticLayer
from semantic_layer.project import ProjectContext
from semantic_layer.queries import parse_query
from tests.semantic_layer.built_marts import Built
from tests.semantic_layer.saved_funnels import INVALID, VALID

MONTH = {"from": "2025-03-04", "to": "2025-04-03"}
BERLIN = ProjectContext("europe", "Europe/Berlin")
NEW_YORK = ProjectContext("america", "America/New_York")
CLOCK_CHANGES = {BERLIN: date(2025, 3, 30), NEW_YORK: date(2025, 3, 9)}
CASES = list(zip(VALID, cycle([BERLIN, NEW_YORK]), strict=False))

Figures = list[list[Any]]


async def ask(layer: SemanticLayer, project: ProjectContext, name: str, **parts: Any) -> Figures:
    query = parse_query({**VALID[name], **parts})
    return (await layer.run(query, project)).rows


def day(when: date) -> dict[str, str]:
    return {"from": str(when), "to": str(when + timedelta(days=1))}


@pytest.mark.parametrize(("name", "project"), CASES, ids=VALID)
async def test_each_day_of_a_saved_funnel_is_that_of_a_query(
    name: str, built_layer: SemanticLayer, built: Built, project: ProjectContext
) -> None:
    where = f"project_id = '{project.project_id}' and funnel_id = '{name}'"
    saved = built.by_hand(
        f"""
        select toString(entry_date), countIf(step_index = 1),
            countIf(step_index = {len(VALID[name]["steps"])})
        from analytics.fct_funnel_steps where {where} group by entry_date order by entry_date
        """
    )
    trend = {"view": "trend", "time": {**MONTH, "grain": "day"}, "breakdown": None}
    asked = await ask(built_layer, project, name, **trend)
    assert saved == [row[:3] for row in asked if row[1]]
    assert len(saved) >= 20


@pytest.mark.parametrize(("name", "project"), CASES, ids=VALID)
async def test_each_step_of_a_saved_funnel_is_that_of_a_query(
    name: str, built_layer: SemanticLayer, built: Built, project: ProjectContext
) -> None:
    where = f"project_id = '{project.project_id}' and funnel_id = '{name}'"
    when = CLOCK_CHANGES[project]
    saved = built.by_hand(
        f"""
        select step_index, daily.step_name, person_count, conversion_from_start,
            conversion_from_previous, median
        from analytics.fct_funnel_daily as daily
        left join (
            select step_index,
                toNullable(quantileExactInclusive(0.5)(seconds_from_previous)) as median
            from analytics.fct_funnel_steps
            where {where} and entry_date = '{when}' and step_index > 1
            group by step_index
        ) as steps using step_index
        where {where} and entry_date = '{when}' order by step_index
        settings join_use_nulls = 1
        """
    )
    assert saved == await ask(built_layer, project, name, time=day(when), breakdown=None)
    assert saved


async def test_groups_of_a_saved_breakdown_are_those_of_a_query(
    built_layer: SemanticLayer, built: Built
) -> None:
    when = CLOCK_CHANGES[BERLIN]
    saved = built.by_hand(
        f"""
        select nullIf(breakdown_value, ''), step_index, count()
        from analytics.fct_funnel_steps
        where project_id = 'europe' and funnel_id = 'broken down'
            and entry_date = '{when}'
        group by 1, 2
        """
    )
    asked = await ask(built_layer, BERLIN, "broken down", time=day(when))
    groups = {(country, step): count for country, step, _, count, *_ in asked if count}
    assert {(country, step): count for country, step, count in saved} == groups
    assert len({country for country, _ in groups}) > 2


def test_sessions_keep_their_person(built: Built) -> None:
    found = built.by_hand(
        """
        select uniqExact(session_id) > 100, countIf(session_id = toUUID(
            '00000000-0000-0000-0000-000000000000')),
            countIf(person_id not in (select person_id from analytics.dim_persons))
        from analytics.fct_funnel_steps where funnel_id = 'of sessions'
        """
    )
    assert found == [[True, 0, 0]]


def test_a_definition_that_is_not_valid_has_a_problem_and_no_rows(built: Built) -> None:
    problems = built.by_hand(
        "select distinct funnel_id, problem from staging.stg_funnels where not is_valid"
    )
    assert dict(problems) == {
        "no steps": "steps: List should have at least 1 item after validation, not 0",
        "empty window": "window.n: Input should be greater than or equal to 1",
        "unknown field": "There is no column 'plan'.",
        "too long": dict(problems)["too long"],
    }
    assert dict(problems)["too long"].startswith("the funnel is too long: ")
    for mart in ("analytics.fct_funnel_steps", "analytics.fct_funnel_daily"):
        rows = built.by_hand(f"select distinct funnel_id from {mart}")
        assert {name for (name,) in rows} == set(VALID)
        assert not {name for (name,) in rows} & set(INVALID)
