"""Steps in any order: an event of any step starts an attempt, and every further step counts.

Which events serve steps is decided from the first on: one does if it adds to the steps that can be
served, each event serving one. That gives the earliest time of every number of steps.
"""

from dataclasses import dataclass

from semantic_layer.compiler.funnels.attempts import Attempts
from semantic_layer.compiler.funnels.expressions import NEVER, let, masks

AT, MASK = 1, 2


@dataclass(frozen=True)
class AnyOrderAttempts(Attempts):
    """Instants are folded from the last to the first, so that each knows what comes after it."""

    def select(self) -> str:
        bucket = "tupleElement(attempt, 1)" if self.points.bucket else "0"
        points = ", points" if self.points.value else ""
        return (
            f"SELECT actor, {bucket} AS bucket, tupleElement(attempt, 2) AS reached{points} "
            f"FROM (SELECT actor, arrayJoin(tupleElement({self._fold()}, 2)) AS attempt{points} "
            f"FROM ({self.points.select()}))"
        )

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

    @property
    def _nothing_kept(self) -> str:
        bucket = "toDate(0)" if self.points.bucket else "toUInt8(0)"
        return f"arrayResize([({bucket}, [{NEVER}])], 0)"

    def _kept(self, starts: str, reached: str) -> str:
        """`state.2` with the attempt added that starts now, if one does.

        Going back in time it replaces the one noted for its bucket unless it gets less far.
        """
        bucket = self._of_instant("bucket") if self.points.bucket else "toUInt8(0)"
        kept = (
            f"multiIf(empty(kept) OR tupleElement(kept[-1], 1) != {bucket}, "
            f"arrayPushBack(kept, ({bucket}, reached)), "
            "length(reached) >= length(tupleElement(kept[-1], 2)), "
            f"arrayPushBack(arrayPopBack(kept), ({bucket}, reached)), kept)"
        )
        added = f"arrayMap((kept, reached) -> {kept}, [state.2], [{reached}])[1]"
        return f"if({starts}{self._is_in_period()}, {added}, state.2)"


def _useful(coming: str) -> str:
    """Of events that fit the same steps no more than there are steps that they fit."""
    mask = f"tupleElement(next, {MASK})"
    before = (
        f"arrayCount(earlier -> tupleElement(earlier, {MASK}) = {mask}, "
        "arraySlice(events, 1, number - 1))"
    )
    kept = f"(next, number) -> {before} < bitCount({mask})"
    return let("events", coming, f"arrayFilter({kept}, events, arrayEnumerate(events))")
