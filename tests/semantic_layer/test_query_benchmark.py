"""`make bench-query` in short. It raises where an answer and the SQL written by hand differ."""

import json
import time
from dataclasses import replace

import pytest

from benchmarks import query
from benchmarks.query import Contest, DifferentFiguresError, report, table
from benchmarks.questions import Question, questions
from semantic_layer.layer import SemanticLayer
from tests.dbt_project.warehouse import NOW
from tests.semantic_layer.built_marts import Built

NAMES = {
    "overview",
    "active_users",
    "retention",
    "hourly",
    "funnel_rare",
    "funnel_frequent",
    "top_pages",
}


async def test_every_answer_has_the_figures_of_raw_sql_and_its_times(
    built: Built, built_layer: SemanticLayer
) -> None:
    contest = Contest(built_layer, built.warehouse.client, time.process_time, NOW.date())

    measured = await contest.run(rounds=1)
    outcome = json.loads(json.dumps(report(measured)))

    assert set(outcome["p95_ms"]) == set(outcome["ratio_vs_raw_sql"]) == NAMES
    for name in NAMES:
        p50, raw = outcome["p50_ms"][name], outcome["raw_sql_p50_ms"][name]
        assert 0 < p50 <= outcome["p95_ms"][name]
        assert outcome["ratio_vs_raw_sql"][name] == pytest.approx(p50 / raw, abs=0.001)
    assert [line.split()[0] for line in table(measured).splitlines()[1:]] == [
        each.question.name for each in measured
    ]


async def test_sql_by_hand_with_other_figures_is_no_yardstick(
    built: Built, built_layer: SemanticLayer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def off_by_one() -> list[Question]:
        hourly = next(each for each in questions() if each.name == "hourly")
        return [replace(hourly, statement=hourly.statement.replace("count()", "count() + 1"))]

    monkeypatch.setattr(query, "questions", off_by_one)
    contest = Contest(built_layer, built.warehouse.client, time.process_time, NOW.date())

    with pytest.raises(DifferentFiguresError, match="hourly"):
        await contest.run(rounds=1)
