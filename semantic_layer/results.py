"""The one shape in which rows leave the semantic layer."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

ColumnType = Literal["string", "number", "integer", "boolean", "date", "datetime", "json"]


class Column(BaseModel):
    """`unit` is one of count, ratio, seconds, currency, or null for what is not a measure."""

    name: str
    type: ColumnType
    unit: str | None = None
    label: str


class QueryResult(BaseModel):
    """Rows with plain JSON values; what is not a number, or infinite, is null."""

    columns: list[Column]
    rows: list[list[Any]]
    sql: str = Field(description="What ran, with the project's filter in place.")
    query_id: str
    computed_at: datetime
    data_as_of: datetime | None = Field(
        description="Receipt of the newest event that the marts hold."
    )
    cached: bool = False
    row_count: int
    truncated: bool = Field(default=False, description="More rows exist than were returned.")
    warnings: list[str] = Field(default_factory=list)
    cursor: str | None = Field(default=None, description="For the next page of a list.")
