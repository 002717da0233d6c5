"""Attempts found by folding an actor's instants from the last to the first, so that each that
starts an attempt knows what comes after it.
"""

from abc import abstractmethod
from dataclasses import dataclass

from semantic_layer.compiler.funnels.attempts import Attempts
from semantic_layer.compiler.funnels.expressions import NEVER


@dataclass(frozen=True)
class FoldedAttempts(Attempts):
    def select(self) -> str:
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
