"""Shares of cohorts that came back: pooled, without the cohorts that are too young."""

from datetime import date

import pytest

from ai_sql.dates import Calendar
from ai_sql.lexicon import lexicon_of
from ai_sql.planner import LocalPlanner
from ai_sql.plans import Clarification, Outcome, Plan
from semantic_layer.catalogue import Catalogue
from semantic_layer.errors import InvalidDimension
from semantic_layer.layer import SemanticLayer
from semantic_layer.project import MONDAY, ProjectContext
from tests.semantic_layer.test_metrics import Asker

TOO_YOUNG = "Day 1 retention: cohorts that are too young are left out."


@pytest.fixture
def ask(layer: SemanticLayer, project: ProjectContext) -> Asker:
    return Asker(layer, project)


async def test_the_average_over_cohorts_is_pooled(ask: Asker) -> None:
    """6 of 30 and 6 of 10 are 12 of 40, not the mean of 20 % and 60 %."""
    result = await ask("day_1_retention", time={"from": "2026-03-26", "to": "2026-03-28"})

    assert result.rows == [[0.3]]
    assert result.warnings == []
    assert (result.columns[0].unit, result.columns[0].label) == ("ratio", "Day 1 retention")


async def test_cohorts_that_are_too_young_are_left_out_and_that_is_told(ask: Asker) -> None:
    time = {"from": "2026-03-26", "to": "2026-03-30"}
    total = await ask("day_1_retention", time=time)
    daily = await ask("day_1_retention", time={**time, "grain": "day"})

    assert total.rows == [[0.3]]
    assert daily.rows == [
        ["2026-03-26", 0.2],
        ["2026-03-27", 0.6],
        ["2026-03-28", None],
        ["2026-03-29", None],
    ]
    assert total.warnings == daily.warnings == [TOO_YOUNG]


async def test_a_cohort_is_old_enough_once_its_bucket_is_over(ask: Asker) -> None:
    """Now is the 30th: day 1 of the cohort of the 28th was the 29th."""
    of_28 = await ask("day_1_retention", time={"from": "2026-03-28", "to": "2026-03-29"})
    of_29 = await ask("day_1_retention", time={"from": "2026-03-29", "to": "2026-03-30"})

    assert (of_28.warnings, of_29.warnings) == ([], [TOO_YOUNG])


async def test_each_metric_has_its_own_bucket(ask: Asker) -> None:
    result = await ask(
        "day_1_retention",
        "day_7_retention",
        "day_30_retention",
        "week_1_retention",
        "week_4_retention",
        "month_1_retention",
        time={"from": "2026-01-01", "to": "2026-03-30"},
    )

    assert result.rows == [[0.3, 0.25, 0.1, 0.3, 0.1, 0.25]]


async def test_weeks_stand_by_the_day_on_which_they_start(ask: Asker) -> None:
    time = {"from": "2026-02-16", "to": "2026-03-09", "grain": "week"}
    result = await ask("week_1_retention", time=time)

    assert result.rows == [["2026-02-16", None], ["2026-02-23", 0.4], ["2026-03-02", 0.2]]
    assert result.warnings == []


async def test_retention_stands_beside_other_metrics(ask: Asker) -> None:
    time = {"from": "2026-03-26", "to": "2026-03-29", "grain": "day"}
    result = await ask("day_1_retention", "new_users", time=time)

    assert result.rows == [["2026-03-26", 0.2, 0], ["2026-03-27", 0.6, 0], ["2026-03-28", None, 1]]


async def test_cohorts_have_no_dimension_but_time(ask: Asker) -> None:
    with pytest.raises(InvalidDimension, match="no dimension but time"):
        await ask("day_1_retention", group_by=["country"])


@pytest.mark.parametrize(
    ("question", "metric"),
    [
        ("what was day 1 retention last month", "day_1_retention"),
        ("next-day retention last week", "day_1_retention"),
        ("7-day retention by week this year", "day_7_retention"),
        ("d30 retention in October", "day_30_retention"),
        ("retention after 30 days last quarter", "day_30_retention"),
        ("weekly retention in 2026", "week_1_retention"),
        ("month 1 retention this year", "month_1_retention"),
    ],
)
def test_it_is_asked_for_in_plain_language(
    question: str, metric: str, catalogue: Catalogue
) -> None:
    plan = _plan(question, catalogue)

    assert isinstance(plan, Plan)
    assert plan.query["metrics"] == [metric]


def test_retention_of_no_certain_bucket_is_asked_back(catalogue: Catalogue) -> None:
    assert isinstance(_plan("our retention", catalogue), Clarification)


def _plan(question: str, catalogue: Catalogue) -> Outcome:
    calendar = Calendar(date(2026, 11, 22), MONDAY, date(2020, 1, 1), date(2026, 11, 22))
    return LocalPlanner(catalogue, lexicon_of(catalogue, []), calendar).plan(question)
