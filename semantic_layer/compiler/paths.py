"""The `paths` kind: what sessions did step by step, as pairs of neighbouring steps.

A node is a tuple of what it is (`STEP`, `OTHER` or `END`) and its name; `near` is the one of a pair
that is closer to the anchor, `far` the one that is further away.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from semantic_layer.catalogue import Catalogue
from semantic_layer.compiler.compiled import Compiled
from semantic_layer.compiler.event_fields import EventFields
from semantic_layer.compiler.literals import Literals
from semantic_layer.errors import InvalidQuery
from semantic_layer.periods import Period, resolve
from semantic_layer.project import ProjectContext
from semantic_layer.queries import PathsQuery
from semantic_layer.results import Column

TABLE = "fct_sessions"
STEP, OTHER, END = range(3)

_COLUMNS = {"event": ("event_path", "event_step_count"), "path": ("page_path", "page_step_count")}
_KINDS = {"event": "event", "path": "page"}
_NODE = "'Tuple(UInt8, String)'"


@dataclass(frozen=True)
class PathsCompiler:
    catalogue: Catalogue

    def compile(self, query: PathsQuery, project: ProjectContext) -> Compiled:
        """Raises UnknownColumn or InvalidQuery."""
        if query.time.grain is not None:
            raise InvalidQuery("paths have no trend: leave out the grain")
        literals = Literals()
        fields = EventFields(self.catalogue.models[TABLE], literals)
        statement = _Statement(query, fields, resolve(query.time, project))
        return Compiled(literals.fill(statement.sql()), _RESULT)


_RESULT = (
    Column(name="step", type="integer", label="Step"),
    Column(name="source", type="string", label="From"),
    Column(name="target", type="string", label="To"),
    Column(name="count", type="integer", unit="count", label="Sessions"),
    Column(name="source_kind", type="string", label="Kind of source"),
    Column(name="target_kind", type="string", label="Kind of target"),
)


@dataclass(frozen=True)
class _Statement:
    query: PathsQuery
    fields: EventFields
    period: Period

    @property
    def _is_next(self) -> bool:
        return self.query.direction != "previous" and self.query.end is None

    def sql(self) -> str:
        """Pairs by step, the names that are not among the step's most frequent as one."""
        source, target = ("near", "far") if self._is_next else ("far", "near")
        outputs = (
            "step",
            f"{self._name(source)} AS source_name",
            f"{self._name(target)} AS target_name",
            "sum(sessions) AS session_count",
            f"{self._kind(source)} AS source_kind",
            f"{self._kind(target)} AS target_kind",
        )
        named = (
            f"SELECT {', '.join(outputs)} FROM ({self._told_apart()}) "
            "GROUP BY step, source_name, target_name, source_kind, target_kind"
        )
        return (
            "SELECT step, source_name AS source, target_name AS target, session_count AS count, "
            f"source_kind, target_kind FROM ({named}) ORDER BY step, session_count DESC, "
            "source_name, target_name, source_kind, target_kind"
        )

    def _name(self, node: str) -> str:
        return f"multiIf({node}.1 = {STEP}, {node}.2, {node}.1 = {OTHER}, 'other', '{self._end}')"

    def _kind(self, node: str) -> str:
        step = _KINDS[self.query.by]
        return f"multiIf({node}.1 = {STEP}, '{step}', {node}.1 = {OTHER}, 'other', '{self._end}')"

    @property
    def _end(self) -> str:
        return "end" if self._is_next else "start"

    def _told_apart(self) -> str:
        """A node has as many sessions in the pairs that lead to it as in those that lead on."""
        other = f"CAST(({OTHER}, ''), {_NODE})"
        ends = ("near", "far")
        most = self.query.branches
        kept = (
            f"if({end}.1 = {STEP} AND {end}_rank > {most}, {other}, {end}) AS {end}_node"
            for end in ends
        )
        ranks = (
            "dense_rank() OVER (PARTITION BY step "
            f"ORDER BY {end}.1, {end}_sessions DESC, {end}.2) AS {end}_rank"
            for end in ends
        )
        totals = (
            f"sum(sessions) OVER (PARTITION BY step, {end}) AS {end}_sessions" for end in ends
        )
        counted = (
            "SELECT pair.1 AS step, pair.2 AS near, pair.3 AS far, count() AS sessions "
            f"FROM ({self._pairs()}) GROUP BY step, near, far"
        )
        totalled = f"SELECT step, near, far, sessions, {', '.join(totals)} FROM ({counted})"
        ranked = f"SELECT step, near, far, sessions, {', '.join(ranks)} FROM ({totalled})"
        return (
            f"SELECT step, near_node AS near, far_node AS far, sessions FROM "
            f"(SELECT step, sessions, {', '.join(kept)} FROM ({ranked}))"
        )

    def _pairs(self) -> str:
        """SELECT of one `pair` of step and nodes for each step that a session takes."""
        steps = self.query.depth
        nodes = (
            f"arrayConcat(arrayMap(name -> CAST(({STEP}, name), {_NODE}), kept), "
            f"arrayWithConstant(length - length(kept), CAST(({OTHER}, ''), {_NODE})))"
        )
        if not self._is_next:
            nodes = f"arrayReverse({nodes})"
        ends = f"if(length <= {steps}, [CAST(({END}, ''), {_NODE})], [])"
        return (
            "SELECT arrayJoin(arrayZip(arrayEnumerate(further), arrayPopBack(nodes), further)) "
            "AS pair FROM (SELECT nodes, arrayPopFront(nodes) AS further FROM "
            f"(SELECT arrayConcat({nodes}, {ends}) AS nodes FROM ({self._stretches()})))"
        )

    def _stretches(self) -> str:
        """SELECT by session of `length`, steps from the anchor on, and those `kept` of them.

        What lies after the steps that the table keeps is there, and not known.
        """
        steps = self.query.depth
        first = "at" if self._is_next else f"greatest(toInt64(at) - {steps}, 1)"
        length = (
            f"least(step_count - at + 1, {steps + 1})"
            if self._is_next
            else f"least(at, {steps + 1})"
        )
        return (
            f"SELECT {length} AS length, arraySlice(path, {first}, length) AS kept FROM "
            f"(SELECT path, step_count, {self._anchor()} AS at FROM ({self._sessions()})) "
            "WHERE at > 0"
        )

    def _anchor(self) -> str:
        """Its place among the session's steps, 0 if there is none."""
        anchor = self.query.start or self.query.end
        if anchor is not None:
            return f"indexOf(path, {self.fields.literals.value(anchor)})"
        return "least(step_count, 1)" if self._is_next else "step_count"

    def _sessions(self) -> str:
        path, count = _COLUMNS[self.query.by]
        where = " AND ".join(f"({each})" for each in self._conditions())
        return (
            f"SELECT CAST({path}, 'Array(String)') AS path, {count} AS step_count "
            f"FROM analytics.{TABLE} WHERE {where}"
        )

    def _conditions(self) -> Iterator[str]:
        """The date narrows the partitions to read, the moment is exact."""
        literals = self.fields.literals
        yield f"session_date >= {literals.value(self.period.first_day)}"
        yield f"session_date < {literals.value(self.period.end_day)}"
        yield f"started_at >= {self.fields.moment(self.period.start)}"
        yield f"started_at < {self.fields.moment(self.period.end)}"
        for given in self.query.where:
            yield self.fields.condition(given)
