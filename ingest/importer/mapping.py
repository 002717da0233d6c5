"""Mappings compiled against the columns of a source: from a record or group to an event."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ingest.importer.errors import MappingError, Problem
from ingest.importer.expressions import (
    Aggregation,
    Columns,
    EvaluationError,
    ExpressionError,
    Value,
    column_reference,
    compile_expression,
    near,
)
from ingest.importer.expressions.functions import ConstantError, parse_time
from ingest.importer.expressions.operators import Evaluator, object_of
from ingest.importer.expressions.values import as_text, rfc3339, shown
from ingest.importer.mapping_file import OBJECT_FIELDS, SCALAR_FIELDS, MappingFile
from ingest.importer.yaml_lines import Located
from ingest.protocols.event import TYPES

DEFAULT_GAP = 10_000


class FieldError(Exception):
    """A record makes no event, because of this field."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(reason)
        self.field = name


@dataclass(frozen=True)
class Grouping:
    """Records with one key make one event; a group ends after `gap` records without its key."""

    key: Evaluator
    gap: int
    aggregations: list[Aggregation]


@dataclass(frozen=True)
class Mapping:
    """`skip` takes a record; the fields take a record, or a group if there is a grouping."""

    scalars: dict[str, Evaluator]
    objects: dict[str, Evaluator]
    read_time: Any
    skip: Evaluator | None = None
    grouping: Grouping | None = None

    def timestamp(self, subject: Value) -> datetime:
        value = evaluated("timestamp", self.scalars["timestamp"], subject)
        if value is None:
            raise FieldError("timestamp", "there is no timestamp")
        try:
            moment: datetime = self.read_time(value)
        except EvaluationError as error:
            raise FieldError("timestamp", str(error)) from None
        return moment

    def fields(self, subject: Value) -> dict[str, Any]:
        """The members of an event but for its id and time; those without a value are left out."""
        event: dict[str, Any] = {}
        for name, evaluate in self.scalars.items():
            if name != "timestamp":
                text = scalar(name, evaluate, subject)
                if text is not None:
                    event[name] = text
        if "user_id" not in event and "anonymous_id" not in event:
            raise FieldError("user_id", "neither user_id nor anonymous_id has a value")
        for name, evaluate in self.objects.items():
            value = evaluated(name, evaluate, subject)
            if value is not None and not isinstance(value, dict):
                raise FieldError(name, f"{shown(value)} is not an object")
            if value:
                event[name] = evaluated(name, plain, value)
        return event


def evaluated(name: str, evaluate: Evaluator, subject: Value) -> Value:
    try:
        return evaluate(subject)
    except EvaluationError as error:
        raise FieldError(name, str(error)) from None


def scalar(name: str, evaluate: Evaluator, subject: Value) -> str | None:
    try:
        return as_text(evaluate(subject)) or None
    except EvaluationError as error:
        raise FieldError(name, str(error)) from None


def plain(value: Value) -> Value:
    """Times as text, also those within objects and lists; absent members left out."""
    match value:
        case datetime():
            return rfc3339(value)
        case dict():
            return {name: plain(member) for name, member in value.items() if member is not None}
        case list():
            return [plain(element) for element in value]
    return value


def compile_mapping(file: MappingFile, columns: Columns) -> Mapping:
    """Compile everything, or raise MappingError with every problem found."""
    return _Compiler(file, columns).mapping()


@dataclass
class _Compiler:
    file: MappingFile
    columns: Columns
    problems: list[Problem] = field(default_factory=list)
    aggregations: list[Aggregation] | None = None

    def mapping(self) -> Mapping:
        entries = self.file.entries
        grouping = self.grouping(entries["group"]) if "group" in entries else None
        self.aggregations = grouping.aggregations if grouping else None
        scalars = {name: self.scalar(name) for name in SCALAR_FIELDS if name in entries}
        objects = {name: self.member(entries[name]) for name in OBJECT_FIELDS if name in entries}
        skip = self.of_record(entries["skip"]) if "skip" in entries else None
        self.require(scalars)
        read_time = self.time_reader()
        if self.problems:
            raise MappingError(self.file.name, self.problems)
        return Mapping(scalars, objects, read_time, skip, grouping)

    def require(self, scalars: dict[str, Evaluator]) -> None:
        if "timestamp" not in scalars:
            self.problems.append(Problem(1, "`timestamp` must be given"))
        if not {"event", "type"} & scalars.keys():
            self.problems.append(Problem(1, "`event` or `type` must be given"))
        if not {"user_id", "anonymous_id"} & scalars.keys():
            self.problems.append(Problem(1, "`user_id` or `anonymous_id` must be given"))

    def grouping(self, entry: Located) -> Grouping:
        by = entry.members.get("by", entry)
        gap = entry.members.get("gap", Located(entry.line, DEFAULT_GAP))
        unknown = entry.members.keys() - {"by", "gap"}
        if unknown or (entry.members and "by" not in entry.members):
            self.problems.append(Problem(entry.line, "`group` holds `by` and `gap`"))
        if not isinstance(gap.value, int) or gap.value < 1:
            self.problems.append(Problem(gap.line, "`gap` is a number of records, at least 1"))
        return Grouping(self.of_record(by), gap.value, [])

    def of_record(self, entry: Located) -> Evaluator:
        """An expression that sees single records, also where the mapping groups."""
        aggregations, self.aggregations = self.aggregations, None
        try:
            return self.member(entry)
        finally:
            self.aggregations = aggregations

    def scalar(self, name: str) -> Evaluator:
        entry = self.file.entries[name]
        if isinstance(entry.value, dict | list):
            self.problems.append(Problem(entry.line, f"`{name}` is one value"))
        if name in ("event", "type") and isinstance(entry.value, str):
            bare = column_reference(entry.value)
            if bare is not None and self.columns.getter(bare) is None:
                return self.bare_name(name, bare, entry)
        return self.member(entry)

    def bare_name(self, field_name: str, name: str, entry: Located) -> Evaluator:
        """`event: order_completed` names an event, unless it looks like a misspelt column."""
        if field_name == "type" and name not in TYPES:
            known = sorted(TYPES)
            self.problem(entry, f"unknown type {name!r}{near(name, known)}")
        elif field_name == "event" and (hint := near(name, self.columns.names, likeness=0.8)):
            quoted = f"\"'{name}'\""
            self.problem(entry, f"unknown column {name!r}{hint} (write {quoted} for a constant)")
        return lambda _: name

    def member(self, entry: Located) -> Evaluator:
        value = entry.value
        if isinstance(value, dict):
            return object_of([(name, self.member(each)) for name, each in value.items()])
        if isinstance(value, list):
            elements = [self.member(element) for element in value]
            return lambda subject: [element(subject) for element in elements]
        if isinstance(value, str):
            return self.expression(entry)
        return lambda _: value

    def expression(self, entry: Located) -> Evaluator:
        source: str = entry.value
        get = self.columns.getter(source)
        if get is not None and column_reference(source) is None:
            source = f"column({source!r})"  # a name with spaces, alone
        try:
            return compile_expression(source, self.columns, self.aggregations).evaluate
        except ExpressionError as error:
            self.problem(entry, str(error))
            return lambda _: None

    def time_reader(self) -> Any:
        try:
            return parse_time(None, self.file.zone.value)
        except ConstantError as error:
            self.problem(self.file.zone, str(error))
            return None

    def problem(self, entry: Located, message: str) -> None:
        self.problems.append(Problem(entry.line, message))
