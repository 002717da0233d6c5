"""The order in which services and steps start, and the reverse in which they stop."""

from collections.abc import Sequence
from graphlib import CycleError, TopologicalSorter

from stack.supervisor.service import Node


def check(nodes: Sequence[Node]) -> None:
    """Raise ValueError for an unknown dependency, a repeated name or a cycle."""
    names = [node.name for node in nodes]
    if len(set(names)) != len(names):
        raise ValueError(f"a name is used twice: {sorted(names)}")
    for node in nodes:
        for dependency in node.depends_on:
            if dependency not in names:
                raise ValueError(f"{node.name} depends on {dependency}, which does not exist")
    try:
        TopologicalSorter({node.name: node.depends_on for node in nodes}).prepare()
    except CycleError as error:
        raise ValueError(f"circular dependency: {' -> '.join(error.args[1])}") from error


def dependents(nodes: Sequence[Node]) -> dict[str, tuple[str, ...]]:
    """Which nodes depend directly on each node."""
    return {
        node.name: tuple(other.name for other in nodes if node.name in other.depends_on)
        for node in nodes
    }
