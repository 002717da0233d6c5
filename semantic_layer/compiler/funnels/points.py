"""The events that matter to a funnel, gathered by who does the steps.

Each becomes a point: a tuple of its time in ms, a mask of the steps that it fits (bit k - 1 for
step k), and what else the funnel needs of it. Where that is nothing, a point is one number: they
are gathered and sorted in half the time. A *level* is the number of the last step taken.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time
from functools import cached_property

from semantic_layer.compiler.event_fields import TABLE, EventFields
from semantic_layer.compiler.funnels.windows import deadline, latest_end
from semantic_layer.periods import Period
from semantic_layer.project import ProjectContext
from semantic_layer.queries import MAX_STEPS, EventMatch, Funnel

NOBODY = "toUUID('00000000-0000-0000-0000-000000000000')"

_BITS = MAX_STEPS
"""Of a packed point's mask; the time is above."""


@dataclass(frozen=True)
class Points:
    """`period` is that of the first step, all time without one.

    `events` is the table, or SQL of rows of it in parentheses.
    `bucket` is SQL of what attempts are kept apart by, of the event that starts them, and `value`
    SQL of a text of each event.
    """

    funnel: Funnel
    fields: EventFields
    project: ProjectContext
    period: Period | None = None
    bucket: str = ""
    value: str = ""
    events: str = f"analytics.{TABLE}"

    @cached_property
    def members(self) -> dict[str, str]:
        """What a point holds, in order, as SQL over the columns of events."""
        calendar = deadline(self.funnel.window, self.project)
        return {
            "at": "toUnixTimestamp64Milli(occurred_at)",
            "mask": self._mask(),
            **({"ends": self._ends()} if self.has_ends else {}),
            **({"deadline": calendar} if calendar else {}),
            **({"bucket": self.bucket} if self.bucket else {}),
            **({"value": self.value} if self.value else {}),
        }

    def of(self, member: str, point: str) -> str:
        """SQL of a member of the point that `point` is SQL of."""
        if self._is_packed:
            return f"bitShiftRight({point}, {_BITS})" if member == "at" else _low_bits(point)
        return f"tupleElement({point}, {list(self.members).index(member) + 1})"

    def all_of(self, member: str, points: str) -> str:
        """SQL of a member of each of the points that `points` is SQL of."""
        if self._is_packed:
            return f"arrayMap(point -> {self.of(member, 'point')}, {points})"
        return self.of(member, points)

    def together(self) -> str:
        """SQL of an actor's `points` in order, those of one millisecond in one array."""
        gaps = f"arrayDifference({self.all_of('at', 'points')})"
        return f"arraySplit((point, gap) -> gap > 0, points, {gaps})"

    @property
    def has_ends(self) -> bool:
        """Whether an event may end an attempt."""
        return self.funnel.order == "strict" or bool(self.funnel.exclusions)

    def select(self) -> str:
        """SELECT of `actor` and `points`, sorted by time; of those who take the first step."""
        held = [self.fields.text(name) for name in self.funnel.hold_constant]
        columns = [f"{sql} AS {name}" for name, sql in self.members.items()]
        keys = ["actor", *(f"held_{number}" for number in range(len(held)))]
        values = [self._actor, *held]
        named = [f"{sql} AS {name}" for sql, name in zip(values, keys, strict=True)]
        starts = "mask != 0" if self.funnel.order == "any" else "bitTest(mask, 0)"
        if self.period:
            starts += f" AND at < {_ms(self.fields.moment(self.period.end))}"
        packed = f"at * {1 << _BITS} + mask"
        point = packed if self._is_packed else f"({', '.join(self.members)})"
        return (
            f"SELECT actor, arraySort(groupArray({point})) AS points FROM ("
            f"SELECT {', '.join([*named, *columns])} FROM {self.events} "
            f"WHERE {' AND '.join(self._conditions())}) "
            f"GROUP BY {', '.join(keys)} HAVING max({starts})"
        )

    @property
    def _is_packed(self) -> bool:
        return list(self.members) == ["at", "mask"]

    @property
    def _actor(self) -> str:
        return "person_id" if self.funnel.count_by == "person" else "session_id"

    def _conditions(self) -> Iterator[str]:
        """As few as will do: each takes some 30 ms of 10M events. What comes after an attempt's
        deadline does no harm, and what the names of events tell the mask need not tell again.
        """
        funnel, literals = self.funnel, self.fields.literals
        yield "is_counted"
        yield f"{self._actor} != {NOBODY}"
        if self.period:
            end = latest_end(self.period.end, funnel.window)
            yield f"event_date >= {literals.value(self.period.first_day)}"
            yield f"event_date <= {literals.value(end.date())}"
            if self.period.start.time() != time.min:
                yield f"occurred_at >= {self.fields.moment(self.period.start)}"
        for given in funnel.where:
            yield f"({self.fields.condition(given)})"
        if funnel.order != "strict":
            matches = (*funnel.steps, *funnel.exclusions)
            names = dict.fromkeys(each.event for each in matches)
            yield f"event_name IN ({literals.values(list(names))})"
            if any(each.where for each in matches):
                yield "(mask != 0 OR ends != 0)" if self.has_ends else "mask != 0"

    def _mask(self) -> str:
        bits = [f"{self._fits(step)} * {1 << k}" for k, step in enumerate(self.funnel.steps)]
        return f"toUInt16({' + '.join(bits)})"

    def _ends(self) -> str:
        """Bit l is set where the event, if it serves no step, ends an attempt at level l."""
        count = len(self.funnel.steps)
        if self.funnel.order == "strict":
            return f"toUInt16({sum(1 << level for level in range(1, count))})"
        ended = []
        for each in self.funnel.exclusions:
            levels = sum(1 << level for level in range(each.from_step, each.to_step or count))
            ended.append(f"{self._fits(each)} * {levels}")
        return f"toUInt16({_nested('bitOr', ended)})"

    def _fits(self, match: EventMatch) -> str:
        name = f"event_name = {self.fields.literals.value(match.event)}"
        conditions = [f"({self.fields.condition(given)})" for given in match.where]
        return f"({' AND '.join([name, *conditions])})"


def _low_bits(point: str) -> str:
    return f"toUInt16(bitAnd({point}, {(1 << _BITS) - 1}))"


def _ms(moment: str) -> str:
    return f"toUnixTimestamp64Milli({moment})"


def _nested(function: str, arguments: list[str]) -> str:
    found = arguments[0]
    for argument in arguments[1:]:
        found = f"{function}({found}, {argument})"
    return found
