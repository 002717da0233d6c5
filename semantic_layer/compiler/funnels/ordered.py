"""Steps in an order: for every level, when the further steps are taken, looked up from the end."""

from dataclasses import dataclass
from functools import cached_property

from semantic_layer.compiler.funnels.attempts import Attempts
from semantic_layer.compiler.funnels.expressions import NEVER, let, masks
from semantic_layer.compiler.funnels.instants import Instants


@dataclass(frozen=True)
class OrderedAttempts(Attempts):
    """`from_l` are, by instant, the times of the steps for who is at level l after it.

    `taken_times` are those of the attempt that it starts, empty if it starts none.
    """

    def select(self) -> str:
        points = ", points" if self.points.value else ""
        levels = [f"{self._level(k)} AS from_{k}" for k in range(self._count - 1, 0, -1)]
        columns = ", ".join([*levels, f"{self._taken_times()} AS taken_times"])
        of_actor = (
            f"SELECT actor, instants{points}, {columns} FROM (SELECT actor{points}, "
            f"{self._instants.array()} AS instants FROM ({self.points.select()}))"
        )
        if self.points.bucket:
            bucket = self._of_instant("bucket")
            attempt = f"({bucket}, -toInt8(length(times)), times)"
            started = f"arrayMap((instant, times) -> {attempt}, instants, taken_times)"
            return self._best_by_bucket(started, of_actor)
        return (
            "SELECT actor, 0 AS bucket, arrayMap(times -> length(times), taken_times) AS lengths, "
            f"taken_times[indexOf(lengths, arrayMax(lengths))] AS reached{points} "
            f"FROM ({of_actor}) WHERE arrayMax(lengths) > 0"
        )

    def _of_instant(self, member: str) -> str:
        return self._instants.of(member, "instant")

    @cached_property
    def _instants(self) -> Instants:
        return Instants(self.points)

    @property
    def _never(self) -> str:
        return f"[{', '.join([NEVER] * self._count)}]"

    def _level(self, level: int) -> str:
        """What an instant does at a level or, where that is nothing, what the next one does."""
        stays, goes_on = "emptyArrayInt64()", self._after(level)
        if self.points.has_ends:
            ended = f"bitTest({self._of_instant('ended')}, {level})"
            stays, goes_on = (f"if({ended}, {self._never}, {each})" for each in (stays, goes_on))
        done = f"if(taken = 0, {stays}, {self._now_and_then(goes_on)})"
        given = self._by_instant(level, done)
        filled = (
            f"arrayReverseFill(times -> notEmpty(times), arrayPushBack({given}, {self._never}))"
        )
        return f"arrayPopFront({filled})"

    def _taken_times(self) -> str:
        times = self._now_and_then(self._after(0))
        in_time = f"arrayMap(time -> if(time <= {self._deadline()}, time, {NEVER}), {times})"
        last = f"arrayLastIndex(time -> time != {NEVER}, times)"
        reached = let("times", in_time, f"arraySlice(times, 1, {last})")
        starts = f"bitTest(taken, 0){self._is_in_period()}"
        return self._by_instant(0, f"if({starts}, {reached}, emptyArrayInt64())")

    def _by_instant(self, level: int, body: str) -> str:
        """SQL of `body` of each `instant`, of what it has `taken` at the level and of `later_k`."""
        above = range(level + 1, self._count)
        names = ", ".join(["instant", "taken", *(f"later_{k}" for k in above)])
        taken = f"arrayMap(instant -> {self._of_instant('taken')}[{level + 1}], instants)"
        arrays = ", ".join(["instants", taken, *(f"from_{k}" for k in above)])
        return f"arrayMap(({names}) -> {body}, {arrays})"

    def _after(self, level: int) -> str:
        """The times for the level that the last of the steps just taken leads to."""
        cases = [f"taken < {1 << k}, later_{k}" for k in range(level + 1, self._count)]
        return f"multiIf({', '.join([*cases, self._never])})" if cases else self._never

    def _now_and_then(self, later: str) -> str:
        bits = masks([1 << k for k in range(self._count)])
        now = self._of_instant("at")
        return f"arrayMap((bit, time) -> if(bitAnd(bit, taken) != 0, {now}, time), {bits}, {later})"
