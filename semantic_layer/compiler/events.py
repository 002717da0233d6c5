"""The `events` kind: single events, newest first, page by page."""

import base64
import binascii
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from semantic_layer.catalogue import Catalogue, Model, value_type
from semantic_layer.compiler.compiled import Compiled
from semantic_layer.compiler.event_fields import JSON_COLUMNS, TABLE, EventFields
from semantic_layer.compiler.literals import Literals
from semantic_layer.errors import InvalidQuery
from semantic_layer.periods import Period, resolve
from semantic_layer.project import ProjectContext
from semantic_layer.queries import EventsQuery
from semantic_layer.results import Column

KEY = ("occurred_at", "event_id")
"""Always returned: they name an event and mark where a page ends."""

DEFAULT_COLUMNS = (
    "event_name", "person_id", "user_id", "anonymous_id", "session_id", "path", "country",
    "device_type", "browser", "platform", "properties",
)  # fmt: skip


@dataclass(frozen=True)
class EventsCompiler:
    catalogue: Catalogue

    def compile(self, query: EventsQuery, project: ProjectContext) -> Compiled:
        """Raises UnknownColumn or InvalidQuery."""
        literals = Literals()
        model = self.catalogue.models[TABLE]
        statement = _Statement(query, model, resolve(query.time, project), literals)
        sql = literals.fill(statement.sql())
        columns = tuple(_column(model, name) for name in statement.columns)
        return Compiled(sql, columns, max_rows=query.limit)

    def cursor(self, query: EventsQuery, row: list[Any]) -> str | None:
        """What to send for the page after the one that ends with `row`."""
        if query.order_by:
            return None
        text = json.dumps([row[0], row[1]])
        return base64.urlsafe_b64encode(text.encode()).decode()


@dataclass(frozen=True)
class _Statement:
    query: EventsQuery
    model: Model
    period: Period
    literals: Literals

    @property
    def _fields(self) -> EventFields:
        return EventFields(self.model, self.literals)

    @property
    def columns(self) -> list[str]:
        return list(dict.fromkeys((*KEY, *(self.query.columns or DEFAULT_COLUMNS))))

    def sql(self) -> str:
        columns = ", ".join(self._fields.column(name) for name in self.columns)
        where = " AND ".join(f"({each})" for each in self._conditions())
        return (
            f"SELECT {columns} FROM analytics.{TABLE} WHERE {where} "
            f"ORDER BY {', '.join(self._order())}"
        )

    def _conditions(self) -> Iterator[str]:
        """The date narrows the partitions to read, the moment is exact."""
        yield f"event_date >= {self.literals.value(self.period.first_day)}"
        yield f"event_date < {self.literals.value(self.period.end_day)}"
        yield f"occurred_at >= {self._fields.moment(self.period.start)}"
        yield f"occurred_at < {self._fields.moment(self.period.end)}"
        for given in self.query.where:
            yield self._fields.condition(given)
        if self.query.cursor is not None:
            yield self._after(self.query.cursor)

    def _after(self, cursor: str) -> str:
        if self.query.order_by:
            raise InvalidQuery("a cursor works with the default order only")
        moment, event_id = _decode(cursor)
        at = self._fields.moment(moment)
        event = f"toUUID({self.literals.value(str(event_id))})"
        return f"occurred_at < {at} OR (occurred_at = {at} AND event_id < {event})"

    def _order(self) -> Iterator[str]:
        asked = {each.field: each.descending for each in self.query.order_by}
        for name, descending in {**asked, **{key: True for key in KEY if key not in asked}}.items():
            yield f"{self._fields.column(name)} {'DESC' if descending else 'ASC'}"


def _column(model: Model, name: str) -> Column:
    unit = "currency" if name == "revenue" else None
    kind = "json" if name in JSON_COLUMNS else value_type(model.columns[name].data_type)
    return Column(name=name, type=kind, unit=unit, label=name.replace("_", " ").capitalize())


def _decode(cursor: str) -> tuple[datetime, UUID]:
    try:
        moment, event_id = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        return datetime.fromisoformat(moment), UUID(event_id)
    except (binascii.Error, ValueError, TypeError, AttributeError):
        raise InvalidQuery("the cursor is not one that a page gave out") from None
