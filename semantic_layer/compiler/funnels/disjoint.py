"""Steps in an order, each of an event of its own: what follows a point is looked up from the end.

Sorted points of one millisecond are in the order of their steps, so that each serves its own and
there is nothing to choose in an instant.
"""

from dataclasses import dataclass

from semantic_layer.compiler.funnels.attempts import Attempts
from semantic_layer.compiler.funnels.expressions import NEVER
from semantic_layer.queries import Funnel


def is_disjoint(funnel: Funnel) -> bool:
    """Whether every step has an event of its own, and nothing but time ends an attempt."""
    names = {step.event for step in funnel.steps}
    is_plain = funnel.order == "ordered" and not funnel.exclusions
    return is_plain and len(names) == len(funnel.steps) > 1 and not _has_optional(funnel)


def _has_optional(funnel: Funnel) -> bool:
    return any(step.optional for step in funnel.steps)


@dataclass(frozen=True)
class DisjointAttempts(Attempts):
    """`from_k` are, by point, the times of the steps from k on that come next."""

    def select(self) -> str:
        points = ", points" if self.points.value else ""
        chains = [f"{self._chain(k)} AS from_{k}" for k in range(self._count, 1, -1)]
        columns = ", ".join([*chains, f"{self._lengths()} AS lengths"])
        of_actor = f"SELECT actor, points, {columns} FROM ({self.points.select()})"
        if self.points.bucket:
            bucket = self.points.of("bucket", "point")
            attempt = f"({bucket}, -toInt8(length), {self._times('point', 'later')})"
            started = f"arrayMap((point, later, length) -> {attempt}, points, from_2, lengths)"
            return self._best_by_bucket(started, of_actor)
        return (
            "SELECT actor, 0 AS bucket, indexOf(lengths, arrayMax(lengths)) AS place, "
            f"arraySlice({self._times('points[place]', 'from_2[place]')}, 1, lengths[place]) "
            f"AS reached{points} FROM ({of_actor}) WHERE arrayMax(lengths) > 0"
        )

    def _chain(self, k: int) -> str:
        """A tuple for each point; one that is not of step k has that of the next one that is."""
        later = [f"tupleElement(later, {n})" for n in range(1, self._count - k + 1)]
        found = f"({', '.join([self.points.of('at', 'point'), *later])},)"
        nothing = f"({', '.join([NEVER] * (self._count - k + 1))},)"
        is_step = f"{self.points.of('mask', 'point')} = {1 << (k - 1)}"
        names, arrays = ("point, later", f"points, from_{k + 1}") if later else ("point", "points")
        given = f"arrayMap(({names}) -> if({is_step}, {found}, {nothing}), {arrays})"
        return f"arrayReverseFill(times -> tupleElement(times, 1) != {NEVER}, {given})"

    def _lengths(self) -> str:
        """By point, how many steps the attempt that it starts takes; 0 if it starts none."""
        deadline = self._deadline()
        taken = [f"(tupleElement(later, {n}) <= {deadline})" for n in range(1, self._count)]
        starts = f"{self.points.of('mask', 'point')} = 1{self._is_in_period()}"
        length = f"if({starts}, toUInt8({' + '.join(['1', *taken])}), 0)"
        return f"arrayMap((point, later) -> {length}, points, from_2)"

    def _times(self, point: str, later: str) -> str:
        following = [f"tupleElement({later}, {n})" for n in range(1, self._count)]
        return f"[{', '.join([self.points.of('at', point), *following])}]"

    def _of_instant(self, member: str) -> str:
        return self.points.of(member, "point")
