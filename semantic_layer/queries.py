"""The semantic query: one typed request for dashboards, saved insights, alerts, exports and
planners.

Field descriptions end up in the API's schema and in the tool schema that a language model is given.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, model_validator

MAX_ROWS = 10_000

Name = Annotated[str, Field(min_length=1, max_length=200)]
Scalar = str | bool | int | float


def _with_time(value: Any) -> Any:
    """A text longer than a date is a moment; pydantic would take midnight in UTC for a date."""
    is_moment = isinstance(value, str) and len(value) > len("2026-01-01")
    return datetime.fromisoformat(value) if is_moment else value


Moment = Annotated[date | datetime, BeforeValidator(_with_time)]


class Unit(StrEnum):
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class Operator(StrEnum):
    EQ = "eq"
    NEQ = "neq"
    IN = "in"
    NOT_IN = "not_in"
    CONTAINS = "contains"
    NOT_CONTAINS = "not_contains"
    STARTS_WITH = "starts_with"
    GT = "gt"
    GTE = "gte"
    LT = "lt"
    LTE = "lte"
    BETWEEN = "between"
    IS_SET = "is_set"
    IS_NOT_SET = "is_not_set"


WITHOUT_VALUE = frozenset({Operator.IS_SET, Operator.IS_NOT_SET})
WITH_LIST = frozenset({Operator.IN, Operator.NOT_IN})
WITH_TEXT = frozenset({Operator.CONTAINS, Operator.NOT_CONTAINS, Operator.STARTS_WITH})


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Filter(_Part):
    """A condition. `neq`, `not_in` and `not_contains` also match where the value is missing."""

    field: Name = Field(description="A dimension, or an event property as `properties.<name>`.")
    op: Operator
    value: Scalar | list[Scalar] | None = Field(
        default=None,
        description="A list for in, not_in and between (ends included); none for is_set.",
    )

    @model_validator(mode="after")
    def _value_fits(self) -> Self:
        count = len(self.value) if isinstance(self.value, list) else None
        if self.op in WITHOUT_VALUE:
            _require(self.value is None, f"{self.op} takes no value")
        elif self.op in WITH_LIST:
            _require(count is not None and 0 < count <= 1000, f"{self.op} takes 1-1000 values")
        elif self.op is Operator.BETWEEN:
            _require(count == 2, "between takes two values")
        elif self.op in WITH_TEXT:
            _require(isinstance(self.value, str) and self.value != "", f"{self.op} takes a text")
        else:
            _require(self.value is not None and count is None, f"{self.op} takes one value")
        return self


class Last(_Part):
    """The n local units that end with the current, incomplete one."""

    n: int = Field(ge=1, le=3660)
    unit: Unit


class TimeRange(_Part):
    """Either `last`, or `from` and `to`: half-open, in the project's time zone."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    last: Last | None = None
    from_: Moment | None = Field(default=None, alias="from", description="First moment, included.")
    to: Moment | None = Field(default=None, description="End, not included.")
    grain: Unit | None = Field(default=None, description="One row per unit; null for one total.")

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if self.last is not None:
            _require(self.from_ is None and self.to is None, "give either last, or from and to")
        else:
            _require(
                self.from_ is not None and self.to is not None, "give either last, or from and to"
            )
        return self


class OrderBy(_Part):
    field: Name
    descending: bool = False


class MetricsQuery(_Part):
    """Numbers: metrics over time and by dimensions."""

    kind: Literal["metrics"]
    metrics: list[Name] = Field(min_length=1, max_length=20)
    group_by: list[Name] = Field(default_factory=list, max_length=5)
    where: list[Filter] = Field(default_factory=list, max_length=50)
    time: TimeRange
    compare: Literal["previous_period"] | None = None
    order_by: list[OrderBy] = Field(default_factory=list, max_length=5)
    limit: int | None = Field(
        default=None,
        ge=1,
        le=MAX_ROWS,
        description="Rows; with a grain and group_by, groups (the highest totals).",
    )


class EventsQuery(_Part):
    """A list of single events, newest first unless ordered otherwise."""

    kind: Literal["events"]
    where: list[Filter] = Field(default_factory=list, max_length=50)
    columns: list[Name] = Field(default_factory=list, max_length=50)
    order_by: list[OrderBy] = Field(default_factory=list, max_length=5)
    limit: int = Field(default=100, ge=1, le=MAX_ROWS)
    cursor: str | None = Field(default=None, max_length=2000, description="From the page before.")
    time: TimeRange


class EventMatch(_Part):
    """Events of a name, with conditions that all must hold."""

    event: Name
    where: list[Filter] = Field(default_factory=list, max_length=50)


class FunnelStep(EventMatch):
    """`optional`: an attempt may leave the step out and go on with the next one."""

    name: Name | None = None
    optional: bool = False


class Exclusion(EventMatch):
    """Ends the attempt in which it falls after `from_step` and before `to_step`, from 1."""

    from_step: int = Field(default=1, ge=1)
    to_step: int | None = Field(default=None, ge=2, description="The last step if not given.")


class WindowUnit(StrEnum):
    SECOND = "second"
    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class Window(_Part):
    """Counted from the first step, end included; from months on in the project's calendar."""

    n: int = Field(ge=1, le=100_000)
    unit: WindowUnit


class Breakdown(_Part):
    """A value of the attempt that counts: of its first, last or k-th step's event."""

    field: Name
    attribution: str = Field(default="first", pattern=r"^(first|last|step:[1-9]\d?)$")


MAX_STEPS = 10


class Funnel(_Part):
    """How far people, or sessions, get through steps."""

    steps: list[FunnelStep] = Field(min_length=1, max_length=MAX_STEPS)
    window: Window = Window(n=14, unit=WindowUnit.DAY)
    order: Literal["ordered", "strict", "any"] = "ordered"
    exclusions: list[Exclusion] = Field(default_factory=list, max_length=20)
    count_by: Literal["person", "session"] = "person"
    hold_constant: list[Name] = Field(
        default_factory=list,
        max_length=5,
        description="Fields that must have one value in all events of an attempt.",
    )
    where: list[Filter] = Field(
        default_factory=list, max_length=50, description="Conditions on every event."
    )

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        count = len(self.steps)
        optional = [step.optional for step in self.steps]
        _require(not (optional[0] or optional[-1]), "the first and last step cannot be optional")
        if self.order == "any":
            _require(not any(optional), "steps in any order cannot be optional")
            _require(not self.exclusions, "exclusions need steps in an order")
        for each in self.exclusions:
            to_step = each.to_step or count
            _require(to_step <= count, f"there is no step {to_step}")
            _require(each.from_step < to_step, "an exclusion lies between two different steps")
        return self


class FunnelDefinition(Funnel):
    """A funnel at any time: what is saved, as a query without its time range."""

    kind: Literal["funnel"]
    breakdown: Breakdown | None = None
    view: Literal["steps", "trend", "time_to_convert"] = "steps"

    @model_validator(mode="after")
    def _breaks_down_by_a_step(self) -> Self:
        if self.breakdown and self.breakdown.attribution.startswith("step:"):
            step = int(self.breakdown.attribution.removeprefix("step:"))
            _require(step <= len(self.steps), f"there is no step {step}")
        return self


class FunnelQuery(FunnelDefinition):
    """A funnel of the attempts that start in a time range."""

    time: TimeRange


StepName = Annotated[str, Field(min_length=1, max_length=2000)]


class PathsQuery(_Part):
    """What sessions did next, or before, step by step: how many went from one step to another."""

    kind: Literal["paths"]
    by: Literal["event", "path"] = "event"
    start: StepName | None = Field(
        default=None,
        description="Event name, or path of a page, first seen in a session; else its first step.",
    )
    end: StepName | None = Field(default=None, description="What paths lead to, told backwards.")
    direction: Literal["next", "previous"] | None = Field(
        default=None, description="previous without `end`: back from the session's last step."
    )
    depth: int = Field(default=5, ge=1, le=10, description="Steps from start, or end.")
    branches: int = Field(default=5, ge=1, le=20, description="Names told apart at each step.")
    where: list[Filter] = Field(default_factory=list, max_length=50, description="On sessions.")
    time: TimeRange

    @model_validator(mode="after")
    def _goes_one_way(self) -> Self:
        _require(None in (self.start, self.end), "give either start or end")
        against = "previous" if self.start else "next" if self.end else ""
        _require(
            self.direction != against,
            "what is next follows a start, what is previous precedes an end",
        )
        return self


AnyQuery = MetricsQuery | EventsQuery | FunnelQuery | PathsQuery

SemanticQuery = Annotated[AnyQuery, Field(discriminator="kind")]
"""Every kind of question that compiles."""

_ADAPTER: TypeAdapter[AnyQuery] = TypeAdapter(SemanticQuery)


def parse_query(data: Any) -> AnyQuery:
    """A query from plain JSON values. Raises pydantic.ValidationError."""
    return _ADAPTER.validate_python(data)


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise ValueError(message)
