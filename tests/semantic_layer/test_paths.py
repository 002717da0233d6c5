"""What sessions did next and before: every figure counted by hand, and against plain Python."""

from collections import Counter
from collections.abc import Awaitable, Callable
from itertools import count, pairwise
from typing import Any

import pytest
from clickhouse_connect.driver.client import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from semantic_layer.catalogue import Catalogue
from semantic_layer.compiler.paths import PathsCompiler
from semantic_layer.errors import InvalidQuery, UnknownColumn
from semantic_layer.layer import SemanticLayer
from semantic_layer.project import ProjectContext
from semantic_layer.queries import PathsQuery, parse_query
from tests.semantic_layer import marts
from tests.semantic_layer.conftest import NOW

SHOP, RANDOM = "paths-shop", "paths-random"
DAYS = {"from": "2026-03-01", "to": "2026-03-04"}
KEPT = 3
"""Steps that the tables of these tests hold of a session; those of dbt hold 100."""

WAYS = {"next": "start", "previous": "end"}

Ask = Callable[..., Awaitable[list[list[Any]]]]
Node = tuple[str, str]

numbers = count(1)


def session(project: str, name: str, local: str, events: list[str], **columns: Any) -> marts.Row:
    return marts.session(
        project, name, local, event_path=events, event_step_count=len(events), **columns
    )


@pytest.fixture(scope="module")
def shop(warehouse: Client) -> None:
    """Three sessions view first; one of them orders, one of them views again."""
    orders, leaves, returns = ["view", "cart", "order"], ["view"], ["view", "cart", "view"]
    rows = [
        session(SHOP, "u1", "2026-03-01 10:00", orders, country="DE",
                page_path=["/", "/cart"], page_step_count=2),
        session(SHOP, "u2", "2026-03-01 23:00", leaves, country="FR",
                page_path=["/"], page_step_count=1),
        session(SHOP, "u3", "2026-03-03 12:00", returns, country="DE",
                page_path=["/", "/cart", "/"], page_step_count=3),
        session(SHOP, "u4", "2026-03-03 13:00", ["help", "view", "help"], country="DE"),
        session(SHOP, "u5", "2026-03-04 00:00", orders, country="DE"),
        session(SHOP, "u6", "2026-03-02 00:00", []),
        session("paths-other", "u1", "2026-03-01 10:00", orders, country="DE"),
    ]  # fmt: skip
    marts.insert(warehouse, "analytics.fct_sessions", rows)


@pytest.fixture
def ask(layer: SemanticLayer, shop: None) -> Ask:
    project = ProjectContext(SHOP, "Europe/Berlin", currency="EUR", now=NOW)

    async def run(**query: Any) -> list[list[Any]]:
        asked = parse_query({"kind": "paths", "time": DAYS, **query})
        result = await layer.run(asked, project)
        names = [column.name for column in result.columns]
        assert names == ["step", "source", "target", "count", "source_kind", "target_kind"]
        return result.rows

    return run


def pairs(rows: list[list[Any]]) -> list[tuple[Any, ...]]:
    return [tuple(row[:4]) for row in rows]


async def test_next_steps_lead_from_the_anchor_to_the_end(ask: Ask) -> None:
    assert await ask(start="view", depth=2) == [
        [1, "view", "cart", 2, "event", "event"],
        [1, "view", "end", 1, "event", "end"],
        [1, "view", "help", 1, "event", "event"],
        [2, "cart", "order", 1, "event", "event"],
        [2, "cart", "view", 1, "event", "event"],
        [2, "help", "end", 1, "event", "end"],
    ]


async def test_previous_steps_lead_from_the_start_to_the_first_anchor(ask: Ask) -> None:
    assert await ask(end="view") == [
        [1, "start", "view", 3, "start", "event"],
        [1, "help", "view", 1, "event", "event"],
        [2, "start", "help", 1, "start", "event"],
    ]
    assert pairs(await ask(end="order", depth=1)) == [(1, "cart", "order", 1)]


async def test_without_an_anchor_sessions_are_told_from_their_start_or_end(ask: Ask) -> None:
    assert pairs(await ask(depth=1)) == [
        (1, "view", "cart", 2),
        (1, "help", "view", 1),
        (1, "view", "end", 1),
    ]
    assert pairs(await ask(depth=1, direction="previous")) == [
        (1, "cart", "order", 1),
        (1, "cart", "view", 1),
        (1, "start", "view", 1),
        (1, "view", "help", 1),
    ]


async def test_names_below_the_top_are_one_and_ties_go_by_name(ask: Ask) -> None:
    assert await ask(start="view", depth=2, branches=1) == [
        [1, "view", "cart", 2, "event", "event"],
        [1, "view", "end", 1, "event", "end"],
        [1, "view", "other", 1, "event", "other"],
        [2, "cart", "order", 1, "event", "event"],
        [2, "cart", "other", 1, "event", "other"],
        [2, "other", "end", 1, "other", "end"],
    ]


async def test_pages_are_told_like_events(ask: Ask) -> None:
    assert await ask(by="path", start="/cart") == [
        [1, "/cart", "/", 1, "page", "page"],
        [1, "/cart", "end", 1, "page", "end"],
        [2, "/", "end", 1, "page", "end"],
    ]


async def test_sessions_are_those_that_start_in_the_range_and_fit_the_conditions(ask: Ask) -> None:
    german = [{"field": "country", "op": "eq", "value": "DE"}]
    assert pairs(await ask(start="cart", depth=1, where=german)) == [
        (1, "cart", "order", 1),
        (1, "cart", "view", 1),
    ]
    assert await ask(start="cart", where=[{**german[0], "value": "FR"}]) == []
    morning = {"from": "2026-03-01T00:00", "to": "2026-03-01T10:00:01"}
    assert pairs(await ask(start="cart", depth=1, time=morning)) == [(1, "cart", "order", 1)]


async def test_an_anchor_that_never_happens_has_no_paths(ask: Ask) -> None:
    assert await ask(start="it's never") == []
    assert await ask(end="it's never") == []


async def test_what_means_nothing_is_refused(ask: Ask) -> None:
    with pytest.raises(InvalidQuery, match="no trend"):
        await ask(time={**DAYS, "grain": "day"})
    for field in ("contry", "properties.plan"):
        with pytest.raises(UnknownColumn):
            await ask(where=[{"field": field, "op": "is_set"}])
    for change in ({"depth": 0}, {"depth": 11}, {"branches": 0}, {"branches": 21}, {"start": ""}):
        with pytest.raises(ValidationError):
            await ask(**change)
    for change in (
        {"start": "view", "end": "order"},
        {"start": "view", "direction": "previous"},
        {"end": "order", "direction": "next"},
    ):
        with pytest.raises(ValidationError, match=r"start|end"):
            await ask(**change)


journeys = st.lists(
    st.lists(st.sampled_from(["a", "b", "c", "d", "other", "end"]), max_size=6), max_size=12
)
queries = st.fixed_dictionaries(
    {
        "anchor": st.sampled_from(["a", "a", "end", "never", None]),
        "direction": st.sampled_from(["next", "previous"]),
        "steps": st.integers(1, 4),
        "top": st.integers(1, 3),
    }
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(journeys=journeys, asked=st.lists(queries, min_size=1, max_size=4))
def test_paths_are_those_of_walking_through_every_session(
    warehouse: Client, catalogue: Catalogue, journeys: list[list[str]], asked: list[dict[str, Any]]
) -> None:
    """Each example asks its queries in one statement, of sessions of its own."""
    group = f"example {next(numbers)}"
    journeys = [without_repeats(journey) for journey in journeys]
    marts.insert(
        warehouse,
        "analytics.fct_sessions",
        [
            marts.session(
                RANDOM, f"{group} {number}", "2026-03-02 10:00", country=group,
                event_path=journey[:KEPT], event_step_count=len(journey),
            )
            for number, journey in enumerate(journeys)
        ],
    )  # fmt: skip
    where = [{"field": "country", "op": "eq", "value": group}]
    statements = [
        PathsCompiler(catalogue)
        .compile(
            PathsQuery.model_validate(
                {"kind": "paths", "time": DAYS, "where": where, **asked_for(**query)}
            ),
            ProjectContext(RANDOM, "Europe/Berlin", now=NOW),
        )
        .sql
        for query in asked
    ]
    union = " UNION ALL ".join(
        f"SELECT {number} AS query, * FROM ({sql})" for number, sql in enumerate(statements)
    )
    found: dict[int, Counter[Any]] = {number: Counter() for number in range(len(asked))}
    for number, step, source, target, sessions, *kinds in warehouse.query(union).result_rows:
        source_kind, target_kind = kinds
        found[number][step, (source_kind, source), (target_kind, target)] += sessions
    assert found == {number: walked(journeys, **query) for number, query in enumerate(asked)}


def asked_for(anchor: str | None, direction: str, steps: int, top: int) -> dict[str, Any]:
    way = {"direction": direction} if anchor is None else {WAYS[direction]: anchor}
    return {**way, "depth": steps, "branches": top}


def without_repeats(names: list[str]) -> list[str]:
    return [name for place, name in enumerate(names) if names[:place][-1:] != [name]]


def walked(
    journeys: list[list[str]], anchor: str | None, direction: str, steps: int, top: int
) -> Counter[Any]:
    """(step, source, target) to sessions, by following each session from the anchor on."""
    is_next = direction == "next"
    walks = []
    for journey in journeys:
        known = [
            ("event", name) if place < KEPT else ("other", "other")
            for place, name in enumerate(journey)
        ]
        if anchor is None:
            place = 0 if is_next else len(known) - 1
        else:
            place = known.index(("event", anchor)) if ("event", anchor) in known else -1
        if place < 0 or not known:
            continue
        rest = known[place:] if is_next else known[place::-1]
        last = "end" if is_next else "start"
        walks.append([*rest, (last, last)][: steps + 1])
    shown = [names_shown(Counter(walk[k] for walk in walks if k < len(walk)), top)
             for k in range(steps + 1)]  # fmt: skip
    told: Counter[Any] = Counter()
    for walk in walks:
        nodes = [
            node if node[0] != "event" or node in shown[k] else ("other", "other")
            for k, node in enumerate(walk)
        ]
        for step, (near, far) in enumerate(pairwise(nodes), start=1):
            told[(step, near, far) if is_next else (step, far, near)] += 1
    return told


def names_shown(sessions: Counter[Node], top: int) -> list[Node]:
    names = [node for node in sessions if node[0] == "event"]
    return sorted(names, key=lambda node: (-sessions[node], node))[:top]
