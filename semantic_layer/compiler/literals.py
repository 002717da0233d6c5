"""Values in SQL: placed as markers while the statement is composed, written last.

MetricFlow reads filters as templates; a value that passed through it could be read as one. Markers
also make two queries that differ only in values the same to the cache of compiled statements.
"""

import math
import re
from datetime import date, datetime

from semantic_layer.errors import InvalidQuery
from semantic_layer.queries import Scalar
from warehouse.sql_policy import quote

Value = Scalar | date | datetime

_MARKER = re.compile(r"'__literal_(\d+)__'")


class Literals:
    """Hands out a marker for each value and later writes the values in."""

    def __init__(self) -> None:
        self._rendered: list[str] = []

    def value(self, value: Value) -> str:
        """A marker for one value."""
        return self.sql(render(value))

    def values(self, values: list[Scalar]) -> str:
        """A marker for a comma-separated list, to be put in parentheses."""
        return self.sql(", ".join(render(value) for value in values))

    def sql(self, text: str) -> str:
        """A marker for trusted SQL text."""
        self._rendered.append(text)
        return f"'__literal_{len(self._rendered) - 1}__'"

    def fill(self, sql: str) -> str:
        """`sql` with every marker replaced, in one pass: a value is never searched for markers."""
        return _MARKER.sub(lambda match: self._rendered[int(match.group(1))], sql)


def render(value: Value) -> str:
    """A ClickHouse literal."""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, str):
        return quote(value)
    if isinstance(value, datetime):
        return f"toDateTime({int(value.timestamp())}, 'UTC')"
    if isinstance(value, date):
        return f"toDate('{value.isoformat()}')"
    if isinstance(value, float) and not math.isfinite(value):
        raise InvalidQuery("a number must be finite")
    return repr(value)
