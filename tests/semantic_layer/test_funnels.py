"""What funnels tell: every figure counted by hand."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from clickhouse_connect.driver.client import Client

from semantic_layer.errors import InvalidQuery, UnknownColumn
from semantic_layer.layer import SemanticLayer
from semantic_layer.project import ProjectContext
from semantic_layer.queries import parse_query
from semantic_layer.results import QueryResult
from tests.semantic_layer import marts
from tests.semantic_layer.conftest import NOW

SHOP = "funnel-shop"
DAYS = {"from": "2026-03-01", "to": "2026-03-06"}
CHECKOUT = [{"event": "view"}, {"event": "cart"}, {"event": "order"}]

Ask = Callable[..., Awaitable[QueryResult]]


@pytest.fixture(scope="module")
def shop(warehouse: Client) -> None:
    """u1 buys twice, u2 stops at the cart, u3 only looks, u4 orders without a cart."""
    rows = [
        marts.event(SHOP, "u1", "2026-03-01 10:00:00", "view", country="DE", platform="web"),
        marts.event(SHOP, "u1", "2026-03-01 10:00:10", "help", country="DE", platform="web"),
        marts.event(SHOP, "u1", "2026-03-01 10:01:00", "cart", country="FR", platform="web"),
        marts.event(SHOP, "u1", "2026-03-01 10:03:00", "order", country="FR", platform="ios"),
        marts.event(SHOP, "u1", "2026-03-03 09:00:00", "view", country="DE", platform="web"),
        marts.event(SHOP, "u1", "2026-03-03 09:00:30", "cart", country="DE", platform="web"),
        marts.event(SHOP, "u1", "2026-03-03 09:01:00", "order", country="DE", platform="web"),
        marts.event(SHOP, "u2", "2026-03-01 12:00:00", "view", country="US", platform="web"),
        marts.event(SHOP, "u2", "2026-03-01 12:10:00", "cart", country="US", platform="web"),
        marts.event(SHOP, "u3", "2026-03-05 23:59:59", "view", country="", platform="web"),
        marts.event(SHOP, "u4", "2026-03-05 08:00:00", "view", country="US", platform="web"),
        marts.event(SHOP, "u4", "2026-03-05 08:00:20", "order", country="US", platform="web"),
        marts.event(SHOP, "bot", "2026-03-05 08:00:00", "view", country="US", is_bot=True),
    ]
    marts.insert(warehouse, "analytics.fct_events", rows)


@pytest.fixture
def ask(layer: SemanticLayer, shop: None) -> Ask:
    project = ProjectContext(SHOP, "Europe/Berlin", currency="EUR", now=NOW)

    async def run(**query: Any) -> QueryResult:
        asked = {"kind": "funnel", "steps": CHECKOUT, "time": DAYS, **query}
        return await layer.run(parse_query(asked), project)

    return run


async def counts(ask: Ask, **query: Any) -> list[int]:
    result = await ask(**query)
    place = [column.name for column in result.columns].index("count")
    return [row[place] for row in result.rows]


async def test_each_step_has_its_people_its_shares_and_its_time(ask: Ask) -> None:
    result = await ask()

    assert [column.name for column in result.columns] == [
        "step_index", "step_name", "count", "conversion_from_start", "conversion_from_previous",
        "median_seconds_from_previous",
    ]  # fmt: skip
    # u1's first attempt counts: 60 s to the cart and 120 s to the order; u2 took 600 s.
    assert result.rows == [
        [1, "view", 4, 1.0, 1.0, None],
        [2, "cart", 2, 0.5, 0.5, 330.0],
        [3, "order", 1, 0.25, 0.5, 120.0],
    ]


async def test_a_later_step_may_lie_after_the_range_but_not_after_the_window(ask: Ask) -> None:
    first_day = {"from": "2026-03-01", "to": "2026-03-01T10:00:30"}
    assert await counts(ask, time=first_day) == [1, 1, 1]
    minutes = {"window": {"n": 3, "unit": "minute"}}
    assert await counts(ask, time=first_day, **minutes) == [1, 1, 1]
    seconds = {"window": {"n": 179, "unit": "second"}}
    assert await counts(ask, time=first_day, **seconds) == [1, 1, 0]


async def test_optional_steps_may_be_left_out(ask: Ask) -> None:
    steps = [CHECKOUT[0], {"event": "cart", "optional": True, "name": "Cart"}, CHECKOUT[2]]
    result = await ask(steps=steps)
    assert [row[1:5] for row in result.rows] == [
        ["view", 4, 1.0, 1.0],
        ["Cart", 2, 0.5, 0.5],
        ["order", 2, 0.5, 0.5],  # of those who viewed
    ]


async def test_strict_steps_follow_each_other_directly(ask: Ask) -> None:
    assert await counts(ask, order="strict") == [4, 2, 1]  # u1's second attempt
    first_days = {"from": "2026-03-01", "to": "2026-03-02"}
    assert await counts(ask, order="strict", time=first_days) == [2, 1, 0]


async def test_an_exclusion_ends_the_attempt_it_falls_into(ask: Ask) -> None:
    help_between = {"exclusions": [{"event": "help", "from_step": 1, "to_step": 2}]}
    first_days = {"from": "2026-03-01", "to": "2026-03-02"}
    assert await counts(ask, **help_between) == [4, 2, 1]
    assert await counts(ask, **help_between, time=first_days) == [2, 1, 0]


async def test_steps_in_any_order(ask: Ask) -> None:
    result = await ask(order="any", steps=[{"event": "order"}, {"event": "view"}])
    assert [row[1:3] for row in result.rows] == [["1 of 2 steps", 4], ["2 of 2 steps", 2]]


async def test_values_that_are_held_constant(ask: Ask) -> None:
    # u1's first attempt changes country and platform, the second does not.
    assert await counts(ask, hold_constant=["country", "platform"]) == [4, 2, 1]
    first_days = {"from": "2026-03-01", "to": "2026-03-02"}
    assert await counts(ask, hold_constant=["country"], time=first_days) == [2, 2, 1]
    hour = {"n": 1, "unit": "hour"}  # and then the cart and order of the 3rd are too late
    assert await counts(ask, hold_constant=["country"], time=first_days, window=hour) == [2, 1, 0]


async def test_sessions_are_counted_by_their_own(ask: Ask) -> None:
    assert await counts(ask, count_by="session") == [5, 3, 2]


@pytest.mark.parametrize(
    ("attribution", "groups"),
    [
        ("first", {"DE": [1, 1, 1], "US": [2, 1, 0], None: [1, 0, 0]}),
        ("last", {"FR": [1, 1, 1], "US": [2, 1, 0], None: [1, 0, 0]}),
        ("step:2", {"FR": [1, 1, 1], "US": [1, 1, 0], None: [2, 0, 0]}),
    ],
)
async def test_a_breakdown_adds_up_to_the_total(
    ask: Ask, attribution: str, groups: dict[str | None, list[int]]
) -> None:
    result = await ask(breakdown={"field": "country", "attribution": attribution})
    found: dict[str | None, list[int]] = {}
    for country, _, _, count, *_ in result.rows:
        found.setdefault(country, []).append(count)
    assert found == groups


async def test_a_trend_has_each_day_with_the_attempts_that_start_on_it(ask: Ask) -> None:
    result = await ask(view="trend", time={**DAYS, "grain": "day"})
    assert result.rows == [
        ["2026-03-01", 2, 1, 0.5],
        ["2026-03-02", 0, 0, None],
        ["2026-03-03", 1, 1, 1.0],
        ["2026-03-04", 0, 0, None],
        ["2026-03-05", 2, 0, 0.0],
    ]


async def test_the_time_to_convert_is_that_of_the_attempts_that_count(ask: Ask) -> None:
    result = await ask(view="time_to_convert", count_by="session")
    assert result.rows == [[60, 300, 2]]


async def test_one_step_is_a_funnel_and_a_step_that_never_happens_counts_nobody(ask: Ask) -> None:
    assert await counts(ask, steps=[{"event": "view"}]) == [4]
    assert await counts(ask, steps=[{"event": "view"}, {"event": "never"}]) == [4, 0]
    assert (await ask(steps=[{"event": "never"}])).rows == [[1, "never", 0, None, None, None]]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"steps": [{"event": "view", "optional": True}, {"event": "cart"}]}, "cannot be optional"),
        ({"order": "any", "exclusions": [{"event": "help"}]}, "need steps in an order"),
        ({"exclusions": [{"event": "help", "to_step": 4}]}, "no step 4"),
        ({"exclusions": [{"event": "help", "from_step": 3}]}, "two different steps"),
        ({"breakdown": {"field": "country", "attribution": "step:4"}}, "no step 4"),
    ],
)
async def test_what_means_nothing_is_refused(ask: Ask, query: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        await ask(**query)


async def test_unknown_fields_and_hourly_trends_are_refused(ask: Ask) -> None:
    with pytest.raises(UnknownColumn):
        await ask(hold_constant=["plan"])
    with pytest.raises(InvalidQuery, match="trend by hour"):
        await ask(view="trend", time={**DAYS, "grain": "hour"})
