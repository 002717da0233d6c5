"""Steps in an order: for every level, when the further steps are taken from an instant on."""

from dataclasses import dataclass
from functools import cached_property

from semantic_layer.compiler.funnels.expressions import NEVER, let, masks
from semantic_layer.compiler.funnels.folded import FoldedAttempts
from semantic_layer.compiler.funnels.instants import Instants


@dataclass(frozen=True)
class OrderedAttempts(FoldedAttempts):
    def _fold(self) -> str:
        taken = f"({self._of_instant('taken')})[1]"
        state = f"({self._levels()}, {self._kept(f'bitTest({taken}, 0)', self._reached(taken))})"
        start = f"(arrayWithConstant({self._count}, {self._never}), {self._nothing_kept})"
        return (
            f"arrayFold((state, instant) -> {state}, "
            f"arrayReverse({self._instants.array()}), {start})"
        )

    def _of_instant(self, member: str) -> str:
        return self._instants.of(member, "instant")

    @cached_property
    def _instants(self) -> Instants:
        return Instants(self.points)

    @property
    def _never(self) -> str:
        return f"arrayWithConstant({self._count}, {NEVER})"

    def _levels(self) -> str:
        """Levels 1 to the last: from each, the times of the further steps from this instant on."""
        if self._count == 1:
            return "state.1"
        stays, goes_on = "stay", _later("taken")
        if self.points.has_ends:
            ended = f"bitTest({self._of_instant('ended')}, level)"
            stays, goes_on = (f"if({ended}, {self._never}, {each})" for each in (stays, goes_on))
        reached = f"if(taken = 0, {stays}, {self._now_and_then('taken', goes_on)})"
        levels = ", ".join(f"toUInt8({level})" for level in range(1, self._count))
        return (
            f"arrayPushBack(arrayMap((level, taken, stay) -> {reached}, [{levels}], "
            f"arrayPopFront({self._of_instant('taken')}), arrayPopBack(state.1)), {self._never})"
        )

    def _reached(self, taken: str) -> str:
        """When the attempt that starts now takes its steps, up to the last one in time."""
        whole = self._now_and_then(taken, _later(taken))
        in_time = f"arrayMap(time -> if(time <= {self._deadline()}, time, {NEVER}), {whole})"
        last = f"arrayLastIndex(time -> time != {NEVER}, times)"
        return let("times", in_time, f"arraySlice(times, 1, {last})")

    def _now_and_then(self, taken: str, later: str) -> str:
        bits = masks([1 << k for k in range(self._count)])
        now = self._of_instant("at")
        return (
            f"arrayMap((bit, later) -> if(bitAnd(bit, {taken}) != 0, {now}, later), "
            f"{bits}, {later})"
        )


def _later(taken: str) -> str:
    """The state of the level that the last of the steps just taken leads to."""
    return f"state.1[bitCount(toUInt32(roundToExp2({taken})) * 2 - 1)]"
