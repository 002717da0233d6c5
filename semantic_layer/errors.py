# ruff: noqa: N818 - errors are named for what happened, as in "forbidden"
"""What can go wrong with a query, each with a stable slug for `application/problem+json`."""

from collections.abc import Sequence
from typing import Any, ClassVar


class SemanticError(Exception):
    """`type`, `status` and `title` go into the problem document; `detail` says what to do."""

    type: ClassVar[str] = "query-failed"
    status: ClassVar[int] = 500
    title: ClassVar[str] = "The query failed"

    def __init__(self, detail: str, errors: Sequence[dict[str, Any]] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = list(errors)


class InvalidQuery(SemanticError):
    """Well-formed, but it does not mean anything here."""

    type = "invalid-query"
    status = 422
    title = "The query is not valid"


class _UnknownName(InvalidQuery):
    """A name that the catalogue does not hold; `near` are those spelt alike."""

    noun: ClassVar[str]

    def __init__(self, name: str, near: Sequence[str] = ()) -> None:
        hint = f" Did you mean {_alternatives(near)}?" if near else ""
        detail = f"There is no {self.noun} {name!r}.{hint}"
        code = self.type.replace("-", "_")
        super().__init__(
            detail, [{"field": name, "reason": detail, "code": code, "near": list(near)}]
        )
        self.name = name
        self.near = list(near)


class UnknownMetric(_UnknownName):
    type = "unknown-metric"
    title = "Unknown metric"
    noun = "metric"


class UnknownDimension(_UnknownName):
    type = "unknown-dimension"
    title = "Unknown dimension"
    noun = "dimension"


class UnknownColumn(_UnknownName):
    type = "unknown-column"
    title = "Unknown column"
    noun = "column"


class InvalidDimension(InvalidQuery):
    """The dimension exists but says nothing about the metric."""

    type = "invalid-dimension"
    title = "The metric has no such dimension"

    def __init__(self, metric: str, dimension: str, valid: Sequence[str]) -> None:
        choice = (
            f"Valid dimensions: {', '.join(valid)}." if valid else "It has no dimension but time."
        )
        detail = f"{metric} cannot be broken down or filtered by {dimension}. {choice}"
        error = {
            "field": dimension,
            "reason": detail,
            "code": "invalid_dimension",
            "near": list(valid),
        }
        super().__init__(detail, [error])


class MalformedSql(SemanticError):
    """ClickHouse could not parse the statement."""

    type = "malformed-sql"
    status = 400
    title = "The SQL cannot be parsed"


class Forbidden(SemanticError):
    """The guard refused the statement."""

    type = "forbidden-sql"
    status = 403
    title = "The SQL is not allowed"


class LimitExceeded(SemanticError):
    """The query would read, take or return more than the role may."""

    type = "limit-exceeded"
    status = 422
    title = "The query is too expensive"


class QueryTimeout(LimitExceeded):
    type = "query-timeout"
    status = 504
    title = "The query took too long"


class QueryFailed(SemanticError):
    """ClickHouse refused the statement: an unknown column, types that do not fit."""

    type = "query-failed"
    status = 422
    title = "ClickHouse refused the query"


class WarehouseUnavailable(SemanticError):
    type = "warehouse-unavailable"
    status = 503
    title = "The warehouse does not answer"


class NotBuilt(SemanticError):
    """The documented table does not exist yet."""

    type = "not-built"
    status = 503
    title = "The marts are not built yet"


class CatalogueUnavailable(SemanticError):
    type = "catalogue-unavailable"
    status = 503
    title = "The dbt manifest is missing"


def _alternatives(names: Sequence[str]) -> str:
    quoted = [repr(name) for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} or {quoted[-1]}"
