"""Mistakes in the dependencies are found before anything starts."""

import pytest

from stack.supervisor import graph
from stack.supervisor.service import Step


def step(name: str, *depends_on: str) -> Step:
    return Step(name, ("true",), {}, depends_on)


def test_an_unknown_dependency_is_refused() -> None:
    with pytest.raises(ValueError, match="loader depends on postgres, which does not exist"):
        graph.check([step("loader", "postgres")])


def test_a_circle_is_refused() -> None:
    with pytest.raises(ValueError, match="circular dependency"):
        graph.check([step("a", "b"), step("b", "c"), step("c", "a")])


def test_a_name_is_used_once() -> None:
    with pytest.raises(ValueError, match="used twice"):
        graph.check([step("a"), step("a")])


def test_dependents_are_the_reverse_of_dependencies() -> None:
    nodes = [step("postgres"), step("migrate", "postgres"), step("ingest", "postgres", "migrate")]
    assert graph.dependents(nodes) == {
        "postgres": ("migrate", "ingest"),
        "migrate": ("ingest",),
        "ingest": (),
    }
