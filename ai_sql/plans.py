"""What a planner makes of a question: a plan, a question back, or an honest no."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ai_sql.dates import Period


class Intent(StrEnum):
    """The form of the answer."""

    COUNT = "count"
    TREND = "trend"
    BREAKDOWN = "breakdown"
    TOP = "top"
    COMPARISON = "comparison"


@dataclass(frozen=True, slots=True)
class Plan:
    """A semantic query, as sent to `POST /api/v1/query`, and how surely it was meant."""

    query: dict[str, Any]
    intent: Intent
    period: Period
    assumptions: tuple[str, ...] = ()
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Clarification:
    """The question can be read in several ways: `options` are full questions to choose from."""

    reason: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """The question asks for something that is not documented: `options` can be answered."""

    reason: str
    options: tuple[str, ...] = ()


Outcome = Plan | Clarification | Refusal
