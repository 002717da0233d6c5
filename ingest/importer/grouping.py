"""Records that share a key, gathered into groups in the order of their first records."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from ingest.importer.expressions import EvaluationError, Value
from ingest.importer.mapping import Grouping
from ingest.importer.sources import Record, Row


@dataclass(eq=False)
class Group:
    """`results` holds the states of the aggregations until the group ends, then their results."""

    key: str
    line: int
    first: Record
    results: list[Value]
    last_seen: int = 0
    problem: Row | None = None


@dataclass
class Grouper:
    """Groups end when `gap` records have passed without their key, and in order.

    Memory is that of the groups that are open, and 100 bytes or so for each key seen.
    """

    grouping: Grouping
    _open: dict[str, Group] = field(default_factory=dict)
    _order: deque[Group] = field(default_factory=deque)
    _ended: set[str] = field(default_factory=set)
    _count: int = 0

    def add(self, row: Row) -> Row | None:
        """Take a record, or answer it with the reason why it cannot be taken."""
        try:
            key = self.grouping.key(row.record)
        except EvaluationError as error:
            return row._replace(problem=str(error))
        if key is None:
            return row._replace(problem="the value to group by is missing")
        key = str(key)
        if key in self._ended:
            return row._replace(problem=f"group {key!r} ended long before: `gap` is too small")
        self._count += 1
        self._fold(self._group(key, row), row)
        return None

    def has_ended(self) -> bool:
        """Whether nothing can be added to the oldest open group any more."""
        return bool(self._order) and self._count - self._order[0].last_seen > self.grouping.gap

    def ended(self) -> Iterator[Group]:
        while self.has_ended():
            yield self._end(self._order.popleft())

    def rest(self) -> Iterator[Group]:
        """All that are still open, at the end of the file."""
        while self._order:
            yield self._end(self._order.popleft())

    def _group(self, key: str, row: Row) -> Group:
        group = self._open.get(key)
        if group is None:
            states = [each.aggregate.start() for each in self.grouping.aggregations]
            group = self._open[key] = Group(key, row.line, row.record, states)
            self._order.append(group)
        group.last_seen = self._count
        return group

    def _fold(self, group: Group, row: Row) -> None:
        """One bad record spoils its group: half an invoice would be a wrong number."""
        if group.problem is not None:
            return
        try:
            for index, aggregation in enumerate(self.grouping.aggregations):
                group.results[index] = aggregation.add(group.results[index], row.record)
        except EvaluationError as error:
            group.problem = row._replace(problem=f"{error} (in group {group.key!r})")

    def _end(self, group: Group) -> Group:
        del self._open[group.key]
        self._ended.add(group.key)
        finishers = self.grouping.aggregations
        group.results = [
            each.aggregate.finish(state)
            for each, state in zip(finishers, group.results, strict=True)
        ]
        return group
