"""The attempts that count: of each actor and bucket the one that gets furthest, the earliest among
equals.

An actor's instants are folded from the last to the first, so that each that starts an attempt knows
what comes after it.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from semantic_layer.compiler.funnels.expressions import NEVER
from semantic_layer.compiler.funnels.points import Points
from semantic_layer.compiler.funnels.windows import milliseconds


@dataclass(frozen=True)
class Attempts(ABC):
    points: Points

    def select(self) -> str:
        """SELECT of actor, bucket (0 without one) and `reached`: by step its time in ms, up to the
        last one taken, NEVER for one that was left out; and `points` where they have a value.
        """
        bucket = "tupleElement(attempt, 1)" if self.points.bucket else "0"
        points = ", points" if self.points.value else ""
        return (
            f"SELECT actor, {bucket} AS bucket, tupleElement(attempt, 2) AS reached{points} "
            f"FROM (SELECT actor, arrayJoin(tupleElement({self._fold()}, 2)) AS attempt{points} "
            f"FROM ({self.points.select()}))"
        )

    @abstractmethod
    def _fold(self) -> str:
        """SQL of a tuple: what is known of later instants, and the attempts that count."""

    @abstractmethod
    def _of_instant(self, member: str) -> str:
        """SQL of a member of the lambda's `instant`."""

    @property
    def _count(self) -> int:
        return len(self.points.funnel.steps)

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

    def _is_in_period(self) -> str:
        if self.points.period is None:
            return ""
        end = int(self.points.period.end.timestamp() * 1000)
        return f" AND {self._of_instant('at')} < {end}"

    def _deadline(self) -> str:
        length = milliseconds(self.points.funnel.window)
        if length is None:
            return self._of_instant("deadline")
        return f"{self._of_instant('at')} + {length}"
