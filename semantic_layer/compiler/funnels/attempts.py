"""The attempts of each actor that count, as SQL.

Steps in an order: instants are folded from the last to the first, keeping for every level when the
further steps are taken from there on. An instant at which the first step is taken starts an
attempt, and that state tells how far it gets, and when.
"""

from dataclasses import dataclass

from semantic_layer.compiler.funnels.instants import Instants, let
from semantic_layer.compiler.funnels.points import Points
from semantic_layer.compiler.funnels.windows import milliseconds

NEVER = "toInt64(9223372036854775807)"


@dataclass(frozen=True)
class OrderedAttempts:
    points: Points

    def select(self) -> str:
        """SELECT of actor, bucket and `reached`: by step its time in ms, up to the last one taken.

        A step that was left out has the time NEVER.
        """
        attempts = f"tupleElement({self._folded()}, 2)"
        bucket = "tupleElement(attempt, 1)" if self.points.bucket else "0"
        points = ", points" if self.points.value else ""
        return (
            f"SELECT actor, {bucket} AS bucket, tupleElement(attempt, 2) AS reached{points} "
            f"FROM (SELECT actor, arrayJoin({attempts}) AS attempt{points} "
            f"FROM ({self.points.select()}))"
        )

    @property
    def _instants(self) -> Instants:
        return Instants(self.points)

    @property
    def _count(self) -> int:
        return len(self.points.funnel.steps)

    def _folded(self) -> str:
        steps = f"({self._levels()}, {self._best()})"
        nothing = f"arrayWithConstant({self._count}, {self._never})"
        bucket = "toUInt8(0)" if not self.points.bucket else "toDate(0)"
        kept = f"arrayResize([({bucket}, [{NEVER}])], 0)"
        return (
            f"arrayFold((state, instant) -> {steps}, arrayReverse({self._instants.array()}), "
            f"({nothing}, {kept}))"
        )

    @property
    def _never(self) -> str:
        return f"arrayWithConstant({self._count}, {NEVER})"

    def _levels(self) -> str:
        """Levels 1 to the last: from each, the times of the further steps from this instant on."""
        if self._count == 1:
            return "state.1"
        taken = self._instants.of("taken", "instant")
        stays = "stay"
        if self.points.has_ends:
            ended = f"bitTest({self._instants.of('ended', 'instant')}, level)"
            stays = f"if({ended}, {self._never}, stay)"
            goes_on = f"if({ended}, {self._never}, {self._from(_level_after('taken'))})"
        else:
            goes_on = self._from(_level_after("taken"))
        reached = f"if(taken = 0, {stays}, {self._now_and_then('taken', goes_on)})"
        levels = ", ".join(f"toUInt8({level})" for level in range(1, self._count))
        return (
            f"arrayPushBack(arrayMap((level, taken, stay) -> {reached}, [{levels}], "
            f"arrayPopFront({taken}), arrayPopBack(state.1)), {self._never})"
        )

    def _best(self) -> str:
        """The attempts that count, one a bucket, with the one added that starts now, if any.

        Going back in time it replaces the one noted for its bucket unless it gets less far.
        """
        bucket = self._instants.of("bucket", "instant") if self.points.bucket else "toUInt8(0)"
        kept = (
            f"multiIf(empty(kept) OR tupleElement(kept[-1], 1) != {bucket}, "
            f"arrayPushBack(kept, ({bucket}, reached)), "
            "length(reached) >= length(tupleElement(kept[-1], 2)), "
            f"arrayPushBack(arrayPopBack(kept), ({bucket}, reached)), kept)"
        )
        taken = f"({self._instants.of('taken', 'instant')})[1]"
        added = f"arrayMap((kept, reached) -> {kept}, [state.2], [{self._reached(taken)}])[1]"
        return f"if({self._starts(taken)}, {added}, state.2)"

    def _reached(self, taken: str) -> str:
        """When the attempt that starts now takes its steps, up to the last one in time."""
        whole = self._now_and_then(taken, self._from(_level_after(taken)))
        in_time = f"arrayMap(time -> if(time <= {self._deadline()}, time, {NEVER}), {whole})"
        last = f"arrayLastIndex(time -> time != {NEVER}, times)"
        return let("times", in_time, f"arraySlice(times, 1, {last})")

    def _starts(self, taken: str) -> str:
        starts = f"bitTest({taken}, 0)"
        if self.points.period is None:
            return starts
        end = int(self.points.period.end.timestamp() * 1000)
        return f"{starts} AND {self._instants.of('at', 'instant')} < {end}"

    def _deadline(self) -> str:
        length = milliseconds(self.points.funnel.window)
        if length is None:
            return self._instants.of("deadline", "instant")
        return f"{self._instants.of('at', 'instant')} + {length}"

    def _now_and_then(self, taken: str, later: str) -> str:
        bits = ", ".join(f"toUInt16({1 << k})" for k in range(self._count))
        now = self._instants.of("at", "instant")
        return (
            f"arrayMap((bit, later) -> if(bitAnd(bit, {taken}) != 0, {now}, later), "
            f"[{bits}], {later})"
        )

    def _from(self, level: str) -> str:
        return f"state.1[{level}]"


def _level_after(taken: str) -> str:
    """The number of the last step taken."""
    return f"bitCount(toUInt32(roundToExp2({taken})) * 2 - 1)"
