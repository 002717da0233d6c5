"""The result of one check."""

from enum import StrEnum

from pydantic import BaseModel


class Outcome(StrEnum):
    OK = "ok"
    WARNING = "warning"  # works, but not for long or not well
    FAILED = "failed"


class Finding(BaseModel):
    """`remedy` is what to do; empty when all is well."""

    name: str
    outcome: Outcome
    detail: str
    remedy: str = ""

    @classmethod
    def ok(cls, name: str, detail: str) -> "Finding":
        return cls(name=name, outcome=Outcome.OK, detail=detail)

    @classmethod
    def warning(cls, name: str, detail: str, remedy: str = "") -> "Finding":
        return cls(name=name, outcome=Outcome.WARNING, detail=detail, remedy=remedy)

    @classmethod
    def failed(cls, name: str, detail: str, remedy: str = "") -> "Finding":
        return cls(name=name, outcome=Outcome.FAILED, detail=detail, remedy=remedy)
