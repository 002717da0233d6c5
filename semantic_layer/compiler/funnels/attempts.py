"""The attempts that count: of each actor and bucket the one that gets furthest, the earliest among
equals.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from semantic_layer.compiler.funnels.points import Points
from semantic_layer.compiler.funnels.windows import milliseconds


@dataclass(frozen=True)
class Attempts(ABC):
    points: Points

    @abstractmethod
    def select(self) -> str:
        """SELECT of actor, bucket (0 without one) and `reached`: by step its time in ms, up to the
        last one taken, NEVER for one that was left out; and `points` where they have a value.
        """

    @abstractmethod
    def _of_instant(self, member: str) -> str:
        """SQL of a member of that which starts an attempt."""

    @property
    def _count(self) -> int:
        return len(self.points.funnel.steps)

    def _best_by_bucket(self, attempts: str, of_actor: str) -> str:
        """`attempts` is SQL of an array of (bucket, minus the steps taken, times) over the columns
        of the SELECT `of_actor`. Sorted, the first of a bucket is the one that counts.
        """
        points = ", points" if self.points.value else ""
        started = f"arrayFilter(attempt -> tupleElement(attempt, 2) < 0, {attempts})"
        changes = "arrayDifference(arrayMap(attempt -> toInt32(tupleElement(attempt, 1)), started))"
        firsts = (
            "arrayFilter((attempt, change, number) -> change != 0 OR number = 1, started, "
            f"{changes}, arrayEnumerate(started))"
        )
        return (
            "SELECT actor, tupleElement(attempt, 1) AS bucket, arraySlice("
            "tupleElement(attempt, 3), 1, -tupleElement(attempt, 2)) AS reached"
            f"{points} FROM (SELECT actor, arraySort({started}) AS started, "
            f"arrayJoin({firsts}) AS attempt{points} FROM ({of_actor}))"
        )

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
