"""What the compilers and MetricFlow agree on, apart from MetricFlow, which takes 2 s to import."""

from typing import NamedTuple, Protocol

WEEK_START = "'__week_start__'"
"""Stands for the project's first day of the week, an ISO weekday."""

PARTITION_DATE = "partition_date"
"""Dimension of ours: the bare column by which the table is partitioned."""

COUNTED = "counted"
"""Dimension of ours: whether the row counts at all, which bots do only if the project says so.
Measures know it; as a filter it also leaves out groups in which nothing counts.
"""

PROPERTY_SLOTS = 10


class Request(NamedTuple):
    """What MetricFlow is asked: its own names, and filters as its templates."""

    metrics: tuple[str, ...]
    group_by: tuple[str, ...]
    where: tuple[str, ...]


class MetricRenderer(Protocol):
    def render(self, request: Request, /) -> str:
        """SQL with markers in the place of values."""
        ...


def property_dimension(slot: int) -> str:
    """Name of the dimension that stands for the property of a slot."""
    return f"property_{slot}"


def property_marker(slot: int) -> str:
    """What to replace by the quoted path of the property."""
    return f"'__property_{slot}__'"
