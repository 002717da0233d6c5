"""Steps in any order: an event of any step starts an attempt, and every further step counts.

Which events serve steps is decided from the first on: one does if it adds to the steps that can be
served, each event serving one. That gives the earliest time of every number of steps.
"""

from dataclasses import dataclass

from semantic_layer.compiler.funnels.expressions import NEVER, let, masks
from semantic_layer.compiler.funnels.folded import FoldedAttempts

AT, MASK = 1, 2


@dataclass(frozen=True)
class AnyOrderAttempts(FoldedAttempts):
    def _fold(self) -> str:
        """The first of the state are the next events, as time and mask, that may serve steps."""
        state = f"(coming, {self._kept('true', self._reached())})"
        point = f"({self.points.of('at', 'point')}, {self.points.of('mask', 'point')})"
        coming = f"arrayConcat(arrayMap(point -> {point}, instant), state.1)"
        nothing = f"arrayResize([({NEVER}, toUInt16(0))], 0)"
        return (
            f"arrayFold((state, instant) -> {let('coming', _useful(coming), state)}, "
            f"arrayReverse({self.points.together()}), ({nothing}, {self._nothing_kept}))"
        )

    def _of_instant(self, member: str) -> str:
        return self.points.of(member, "instant[1]")

    def _reached(self) -> str:
        """The k-th is the time at which k steps were served."""
        bits = masks([1 << k for k in range(self._count)])
        mask = f"tupleElement(next, {MASK})"
        served_with = (
            "arrayDistinct(arrayFlatten(arrayMap(served -> arrayMap(bit -> bitOr(served, bit), "
            f"arrayFilter(bit -> bitAnd(bit, {mask}) != 0 AND bitAnd(bit, served) = 0, {bits})), "
            "found.1)))"
        )
        in_time = f"tupleElement(next, {AT}) <= {self._deadline()}"
        times = f"arrayPushBack(found.2, tupleElement(next, {AT}))"
        is_served = f"notEmpty(more) AND {in_time}"
        found = let("more", served_with, f"if({is_served}, (more, {times}), found)")
        return (
            f"tupleElement(arrayFold((found, next) -> {found}, coming, "
            f"([toUInt16(0)], arrayResize([{NEVER}], 0))), 2)"
        )


def _useful(coming: str) -> str:
    """Of events that fit the same steps no more than there are steps that they fit."""
    mask = f"tupleElement(next, {MASK})"
    before = (
        f"arrayCount(earlier -> tupleElement(earlier, {MASK}) = {mask}, "
        "arraySlice(events, 1, number - 1))"
    )
    kept = f"(next, number) -> {before} < bitCount({mask})"
    return let("events", coming, f"arrayFilter({kept}, events, arrayEnumerate(events))")
