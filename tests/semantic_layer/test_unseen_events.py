"""Funnels and paths that name events which never happened are answered, and say so."""

from typing import Any

import pytest
from clickhouse_connect.driver.client import Client

from semantic_layer import freshness
from semantic_layer.layer import SemanticLayer
from semantic_layer.project import ProjectContext
from semantic_layer.queries import parse_query
from tests.semantic_layer import marts
from tests.semantic_layer.conftest import NOW

SHOP = "unseen-shop"
DAYS = {"from": "2026-03-01", "to": "2026-03-02"}


@pytest.fixture(scope="module")
def shop(warehouse: Client) -> None:
    """`order` is in the tracking plan only, `refund` happened in another project."""
    view = marts.event(SHOP, "u1", "2026-03-01 10:00:00", "view")
    marts.insert(warehouse, "analytics.fct_events", [view])
    names = [(SHOP, "view", 1), (SHOP, "order", 0), ("unseen-other", "refund", 3)]
    rows = [
        {"project_id": project, "event_name": name, "event_count": count}
        for project, name, count in names
    ]
    marts.insert(warehouse, "analytics.dim_events", rows)


@pytest.fixture
def project() -> ProjectContext:
    return ProjectContext(SHOP, "Europe/Berlin", currency="EUR", now=NOW)


def funnel(*names: str, **more: Any) -> dict[str, Any]:
    return {"kind": "funnel", "steps": [{"event": name} for name in names], "time": DAYS, **more}


def paths(**more: Any) -> dict[str, Any]:
    return {"kind": "paths", "time": DAYS, **more}


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    ("query", "warnings"),
    [
        (funnel("view", "view"), []),
        (
            funnel("view", "order", "refund", "order"),
            ["'order' has never happened", "'refund' has never happened"],
        ),
        (
            funnel("view", "view", exclusions=[{"event": "it's"}]),
            ['"it\'s" has never happened'],
        ),
        (funnel("view"), ["a funnel of one step: everybody who takes it has converted"]),
        (paths(start="view"), []),
        (paths(end="order"), ["'order' has never happened"]),
        (paths(by="path", start="/nowhere"), []),
        (paths(), []),
    ],
)
async def test_each_unseen_name_is_told(
    layer: SemanticLayer, project: ProjectContext, query: dict[str, Any], warnings: list[str]
) -> None:
    result = await layer.run(parse_query(query), project)
    assert result.warnings == warnings


@pytest.mark.usefixtures("shop")
async def test_names_that_happened_are_not_looked_up_again_until_the_next_build(
    layer: SemanticLayer,
    project: ProjectContext,
    warehouse: Client,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(freshness, "SECONDS", -1.0)  # of trust in what was read of the builds
    look_ups = []

    async def ask(*names: str) -> list[str]:
        result = await layer.run(parse_query(funnel(*names)), project)
        look_ups.append(_look_ups(warehouse))
        return result.warnings

    marts.set_build(warehouse, 1)
    before = _look_ups(warehouse)
    for names in (("view", "view"), ("view", "view"), ("view", "order"), ("view", "order")):
        warnings = await ask(*names)
    marts.set_build(warehouse, 2)
    await ask("view", "view")

    assert warnings == ["'order' has never happened"]
    assert [count - before for count in look_ups] == [1, 1, 2, 3, 4]


def _look_ups(warehouse: Client) -> int:
    warehouse.command("SYSTEM FLUSH LOGS query_log")
    query = (
        "SELECT count() FROM system.query_log WHERE type = 'QueryFinish' "
        "AND query_kind = 'Select' AND has(tables, 'analytics.dim_events')"
    )
    return int(warehouse.query(query).result_rows[0][0])


@pytest.mark.usefixtures("shop")
async def test_the_answer_comes_without_the_catalogue_of_events(
    layer: SemanticLayer, project: ProjectContext, warehouse: Client
) -> None:
    warehouse.command("RENAME TABLE analytics.dim_events TO analytics.dim_events_away")
    try:
        result = await layer.run(parse_query(funnel("view", "order")), project)
    finally:
        warehouse.command("RENAME TABLE analytics.dim_events_away TO analytics.dim_events")
    assert (result.rows[0][:3], result.warnings) == ([1, "view", 1], [])
