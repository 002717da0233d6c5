"""What the events of one millisecond do to an attempt, for each level that it may be at.

An instant is a tuple: its time, the attempts that start at it (deadline and bucket, where points
have them), `taken`, by level the mask of the steps that its events take, and `ended`, a mask of the
levels at which they end the attempt.

Of the ways to serve steps the one that gets furthest counts, then the one that serves most steps,
then the one that serves earlier ones. An event that fits none of the steps taken at its instant is
idle; it ends the attempt if it may do so at all levels that the attempt passes in that instant. Of
strict steps, more events than steps taken do.
"""

from dataclasses import dataclass
from functools import cached_property

from semantic_layer.compiler.funnels.expressions import let, masks
from semantic_layer.compiler.funnels.points import Points


@dataclass(frozen=True)
class Instants:
    points: Points

    @cached_property
    def members(self) -> tuple[str, ...]:
        optional = [name for name in ("deadline", "bucket") if name in self.points.members]
        return ("at", "taken", *(["ended"] if self.points.has_ends else []), *optional)

    def of(self, member: str, instant: str) -> str:
        """SQL of a member of the instant that `instant` is SQL of."""
        return f"tupleElement({instant}, {self.members.index(member) + 1})"

    def array(self) -> str:
        """SQL of the instants of an actor's `points`, in order."""
        return f"arrayMap(together -> {self._instant()}, {self.points.together()})"

    def _instant(self) -> str:
        first = "together[1]"
        is_single = "length(together) = 1"
        ended = f"if({is_single}, {self._ended_by_one()}, {self._ended_by_many()})"
        parts = {
            "at": self.points.of("at", first),
            "taken": "by_level",
            "ended": ended,
            **{name: self.points.of(name, first) for name in self.members if name in _STARTS},
        }
        taken = f"if({is_single}, {self._taken_by_one()}, {self._taken_by_many()})"
        return let("by_level", taken, f"({', '.join(parts[name] for name in self.members)})")

    def _taken_by_one(self) -> str:
        """The furthest step that it fits, of those that may come next."""
        mask = self.points.of("mask", "together[1]")
        return (
            f"arrayMap(following -> toUInt16(roundToExp2(bitAnd({mask}, following))), "
            f"{masks(self._following)})"
        )

    def _taken_by_many(self) -> str:
        sent = self.points.all_of("mask", "together")
        extended = (
            "arrayMap(taken -> arrayMap(bit -> bitOr(taken, bit), arrayFilter("
            "bit -> bitAnd(bit, mask) != 0 AND bitAnd(bit, taken) = 0 AND bit >= lowest, "
            f"{masks(self._bits)})), ways)"
        )
        ways = (
            "arrayFold((ways, mask) -> arrayDistinct(arrayConcat(ways, "
            f"arrayFlatten({extended}))), {sent}, [toUInt16(0)])"
        )
        leaves_none_out = (
            "taken = 0 OR "
            "bitAnd(bitAnd(required, toUInt16(roundToExp2(taken) - 1)), bitNot(taken)) = 0"
        )
        order = "(-toInt32(roundToExp2(taken)), -toInt32(bitCount(taken)), taken)"
        best = f"arraySort(taken -> {order}, arrayFilter(taken -> {leaves_none_out}, {ways}))[1]"
        return (
            f"arrayMap((lowest, required) -> {best}, {masks(self._bits)}, {masks(self._required)})"
        )

    def _ended_by_one(self) -> str:
        idle = f"if(taken = 0, bitAnd(level, {self._ends('together[1]')}), 0)"
        return self._sum_of_levels(idle)

    def _ended_by_many(self) -> str:
        passed = "bitOr(level, toUInt16(taken * 2))"
        if self.points.funnel.order == "strict":
            ends = self._ends("together[1]")
            is_ended = f"length(together) > bitCount(taken) AND bitAnd({passed}, {ends}) = {passed}"
            return self._sum_of_levels(f"if({is_ended}, level, 0)")
        ends = self._ends("point")
        is_idle = f"bitAnd({self.points.of('mask', 'point')}, taken) = 0"
        is_ended = (
            f"arrayExists(point -> {is_idle} AND bitAnd({passed}, {ends}) = {passed}, together)"
        )
        return self._sum_of_levels(f"if({is_ended}, level, 0)")

    def _sum_of_levels(self, bit: str) -> str:
        return f"toUInt16(arraySum((level, taken) -> {bit}, {masks(self._bits)}, by_level))"

    def _ends(self, point: str) -> str:
        return self.points.of("ends", point) if self.points.has_ends else "0"

    @property
    def _bits(self) -> list[int]:
        """By level the bit of the next step."""
        return [1 << level for level in range(len(self.points.funnel.steps))]

    @property
    def _required(self) -> list[int]:
        """By level the steps behind it that cannot be left out."""
        steps = self.points.funnel.steps
        required = [0 if step.optional else 1 << k for k, step in enumerate(steps)]
        return [sum(required[level:]) for level in range(len(steps))]

    @property
    def _following(self) -> list[int]:
        """By level the steps that may come next: up to the first that cannot be left out."""
        found = []
        for level, required in enumerate(self._required):
            until = required & -required
            found.append(2 * until - (1 << level))
        return found


_STARTS = ("deadline", "bucket")
