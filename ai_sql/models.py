"""Request and answer of the question box."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from semantic_layer.queries import SemanticQuery
from semantic_layer.results import QueryResult


class AnswerOutcome(StrEnum):
    """What became of a question."""

    ANSWERED = "answered"
    ANSWERED_WITH_ASSUMPTION = "answered_with_assumption"
    NEEDS_CLARIFICATION = "needs_clarification"
    REFUSED = "refused"


class AskRequest(BaseModel):
    """A question in plain English."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"question": "daily active users for the past 7 days"}]},
    )

    question: str = Field(min_length=1, max_length=1000, description="The question, in English.")
    conversation_id: str | None = Field(
        None, max_length=64, description="Continue an earlier exchange."
    )
    planner: Literal["auto", "local", "bedrock"] = Field(
        "auto", description="Which planner reads the question."
    )
    now: datetime | None = Field(
        None, description="Owner only: freezes the time that relative periods end at."
    )


class Chart(BaseModel):
    """How to draw the result: `x` and `y` are column names."""

    type: Literal["number", "line", "bar", "table"]
    x: str | None = None
    y: list[str] = Field(default_factory=list)
    series: str | None = Field(None, description="Column whose values are drawn as separate lines.")
    unit: str | None = None
    last_is_partial: bool = Field(False, description="The last point of the line is not over yet.")


class AskAnswer(BaseModel):
    """An answer with all that is needed to check it, a question back, or a refusal."""

    outcome: AnswerOutcome
    restated: str | None = Field(None, description="The question as it was understood.")
    query: SemanticQuery | None = None
    sql: str | None = None
    result: QueryResult | None = None
    chart: Chart | None = None
    narrative: str | None = Field(
        None, description="One or two sentences; every number comes from the result."
    )
    assumptions: list[str] = Field(default_factory=list)
    options: list[str] = Field(default_factory=list, description="Questions to choose from.")
    confidence: float = 0.0
    planner: Literal["local", "bedrock"] = "local"
    reason: str | None = Field(None, description="Why the question was asked back or refused.")
    query_id: str | None = None
    conversation_id: str
    data_as_of: datetime | None = None

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return self.model_dump(mode="json")
