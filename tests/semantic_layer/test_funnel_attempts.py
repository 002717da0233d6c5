"""The attempts that compiled funnels find, against following every attempt event by event."""

from collections.abc import Callable
from datetime import datetime
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from clickhouse_connect.driver.client import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from semantic_layer.catalogue import Catalogue
from semantic_layer.compiler.event_fields import TABLE, EventFields
from semantic_layer.compiler.funnels.compiler import attempts as compiled_attempts
from semantic_layer.compiler.funnels.points import Points
from semantic_layer.compiler.funnels.views import Counted
from semantic_layer.compiler.literals import Literals
from semantic_layer.project import ProjectContext
from semantic_layer.queries import FunnelDefinition
from tests.dbt_project.funnels import DAY, definition
from tests.dbt_project.reference.events import Event, Project, local_date, moment
from tests.dbt_project.reference.funnels import Attempts, Exclusion, Funnel, Step, attempts
from tests.dbt_project.reference.identities import person, persons
from tests.semantic_layer import marts

PROJECT = Project("funnels", timezone="Europe/Berlin")
CLOCK_CHANGE = 1_743_296_400_000 - 60_000  # a minute before 03:00 of 30 March 2025 in Berlin
NEVER = 9_223_372_036_854_775_807

numbers = count(1)


@st.composite
def streams(draw: st.DrawFn) -> list[Event]:
    """Of three people, dense in equal milliseconds and repeated events, over a midnight."""
    events = []
    for user in ("u1", "u2", "u3"):
        now = CLOCK_CHANGE - 2 * 3_600_000 + draw(st.sampled_from([0, 3_540_000]))
        for _ in range(draw(st.integers(0, 9))):
            now += draw(st.sampled_from([0, 0, 1, 500, 1_000, 60_000]))
            event = Event(
                event_id=UUID(int=draw(st.integers(1, 2**128 - 1))),
                event_name=draw(st.sampled_from("abcx")),
                occurred_ms=now,
                user_id=user,
                country=draw(st.sampled_from(["DE", "US"])),
                platform=draw(st.sampled_from(["web", "ios"])),
            )
            events.append(event)
    return events


steps = st.builds(Step, st.sampled_from("abc"), st.sampled_from(["", "", "DE"]))


@st.composite
def funnels(draw: st.DrawFn) -> Funnel:
    order = draw(st.sampled_from(["ordered", "ordered", "strict", "any"]))
    taken = draw(st.lists(steps, min_size=1, max_size=5))
    exclusions: list[Exclusion] = []
    if order != "any" and len(taken) > 1:
        for number in range(1, len(taken) - 1):
            is_optional = draw(st.booleans())
            taken[number] = Step(taken[number].event, taken[number].country, is_optional)
        if draw(st.booleans()):
            first = draw(st.integers(1, len(taken) - 1))
            last = draw(st.integers(first + 1, len(taken)))
            step = Step(draw(st.sampled_from("xxa")), draw(st.sampled_from(["", "DE"])))
            exclusions.append(Exclusion(step, first, last))
    seconds = draw(st.sampled_from([1, 60, 3600]))
    return Funnel(
        "funnel",
        tuple(taken),
        window_ms=1000 * seconds,
        order=order,
        exclusions=tuple(exclusions),
        held_constant=draw(st.sampled_from(["", "", "platform"])),
    )


@st.composite
def plain_funnels(draw: st.DrawFn) -> Funnel:
    names = draw(st.permutations("abcx"))[: draw(st.integers(2, 4))]
    taken = tuple(Step(name, draw(st.sampled_from(["", "", "DE"]))) for name in names)
    return Funnel("funnel", taken, window_ms=draw(st.sampled_from([1_000, 60_000, 3_600_000])))


@pytest.fixture(scope="module")
def found(warehouse: Client, catalogue: Catalogue) -> Callable[[Funnel, list[Event]], Attempts]:
    def run(funnel: Funnel, events: list[Event]) -> Attempts:
        """What the compiled funnel finds by person and day; each call has events of its own."""
        group = f"example {next(numbers)}"
        people = persons(PROJECT.project_id, events, {})
        marts.insert(warehouse, "analytics.fct_events", [_row(e, people, group) for e in events])
        where = [{"field": "group_id", "op": "eq", "value": group}]
        query = FunnelDefinition.model_validate({**definition(funnel), "where": where})
        literals = Literals()
        fields = EventFields(catalogue.models[TABLE], literals)
        points = Points(
            query, fields, ProjectContext(PROJECT.project_id, PROJECT.timezone), bucket="event_date"
        )
        sql = literals.fill(Counted(compiled_attempts(points)).select())
        return {
            (who, day): tuple(None if time == NEVER else time for time in reached)
            for who, day, reached in warehouse.query(sql).result_rows
        }

    return run


def _row(event: Event, people: dict[str, UUID], group: str) -> dict[str, Any]:
    return {
        "project_id": PROJECT.project_id,
        "event_id": str(event.event_id),
        "event_name": event.event_name,
        "person_id": str(person(event, people)),
        "group_id": group,
        "country": event.country,
        "platform": event.platform,
        "occurred_at": f"{moment(event.occurred_ms):%Y-%m-%d %H:%M:%S.%f}"[:-3],
        "event_date": str(local_date(event.occurred_ms, PROJECT.timezone)),
        "is_counted": True,
    }


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(funnels(), streams())
def test_a_compiled_funnel_finds_the_attempts_that_count(
    found: Callable[[Funnel, list[Event]], Attempts], funnel: Funnel, events: list[Event]
) -> None:
    people = persons(PROJECT.project_id, events, {})
    assert found(funnel, events) == attempts(PROJECT, funnel, events, people)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(plain_funnels(), streams())
def test_steps_that_differ_in_their_events_are_looked_up(
    found: Callable[[Funnel, list[Event]], Attempts], funnel: Funnel, events: list[Event]
) -> None:
    people = persons(PROJECT.project_id, events, {})
    assert found(funnel, events) == attempts(PROJECT, funnel, events, people)


@pytest.mark.parametrize("spare", ["b", "x"])
def test_an_event_more_than_the_steps_of_its_millisecond_breaks_a_strict_attempt(
    found: Callable[[Funnel, list[Event]], Attempts], spare: str
) -> None:
    funnel = Funnel("funnel", (Step("a"), Step("b"), Step("c")), window_ms=DAY, order="strict")
    events = [
        Event(UUID(int=number), name, CLOCK_CHANGE + second * 1000, user_id=user)
        for number, (user, name, second) in enumerate(
            [
                *[("broken", "a", 0), ("broken", "b", 1), ("broken", spare, 1), ("broken", "c", 2)],
                *[("whole", "a", 0), ("whole", "a", 0), ("whole", "b", 1), ("whole", "c", 2)],
            ],
            start=1,
        )
    ]
    people = persons(PROJECT.project_id, events, {})
    reached = found(funnel, events)
    taken = {who: len(times) for (who, _), times in reached.items()}
    by_user = {event.user_id: taken[person(event, people)] for event in events}
    # What happens together with the first step may have happened before it.
    assert by_user == {"broken": 2, "whole": 3}


@pytest.mark.parametrize(
    ("window", "entered", "last"),
    [
        # A day is 24 hours, also when the clock on the wall says 13:00 at its end.
        ((DAY, 0), "2025-03-29 11:00:00.000", "2025-03-30 11:00:00.000"),
        ((DAY, 0), "2025-10-25 10:00:00.000", "2025-10-26 10:00:00.000"),
        # A month ends at the same time on the wall: 10:00 in winter, 10:00 in summer.
        ((0, 1), "2025-03-01 09:00:00.000", "2025-04-01 08:00:00.000"),
        ((0, 1), "2025-10-01 08:00:00.000", "2025-11-01 09:00:00.000"),
        ((0, 3), "2025-01-31 09:00:00.123", "2025-04-30 08:00:00.123"),
        ((0, 12), "2024-02-29 23:30:00.000", "2025-02-28 23:30:00.000"),
        # 02:30 of 30 March is skipped: an hour later; of 26 October it happens twice: the first.
        ((0, 2), "2025-01-30 01:30:00.000", "2025-03-30 01:30:00.000"),
        ((0, 1), "2025-09-26 00:30:00.000", "2025-10-26 00:30:00.000"),
    ],
)
def test_a_window_ends_with_its_last_millisecond_in_the_projects_time_zone(
    found: Callable[[Funnel, list[Event]], Attempts],
    window: tuple[int, int],
    entered: str,
    last: str,
) -> None:
    funnel = Funnel("funnel", (Step("a"), Step("b")), *window)
    start, end = _milliseconds(entered), _milliseconds(last)
    events = [
        Event(UUID(int=1), "a", start, user_id="in time"),
        Event(UUID(int=2), "b", end, user_id="in time"),
        Event(UUID(int=3), "a", start, user_id="too late"),
        Event(UUID(int=4), "b", end + 1, user_id="too late"),
    ]
    people = persons(PROJECT.project_id, events, {})
    day = local_date(start, PROJECT.timezone)
    wanted = {
        (people["in time"], day): (start, end),
        (people["too late"], day): (start,),
    }
    assert found(funnel, events) == wanted
    assert attempts(PROJECT, funnel, events, people) == wanted


def _milliseconds(utc: str) -> int:
    return round(datetime.fromisoformat(f"{utc}+00:00").timestamp() * 1000)
