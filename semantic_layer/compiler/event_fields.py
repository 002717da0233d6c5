"""What a query may name of single events: columns of fct_events, properties and traits."""

from dataclasses import dataclass
from datetime import UTC, datetime

from semantic_layer.catalogue import Model, near, value_type
from semantic_layer.compiler.conditions import condition, property_condition, property_text
from semantic_layer.compiler.literals import Literals
from semantic_layer.errors import UnknownColumn
from semantic_layer.queries import Filter
from warehouse.sql_policy import quote

TABLE = "fct_events"
JSON_COLUMNS = frozenset({"properties", "traits"})


@dataclass(frozen=True)
class EventFields:
    model: Model
    literals: Literals

    def column(self, name: str) -> str:
        """Raises UnknownColumn."""
        if name not in self.model.columns:
            raise UnknownColumn(name, near(name, self.model.columns))
        return name

    def condition(self, given: Filter) -> str:
        """Raises UnknownColumn or InvalidQuery."""
        if (text := self._property(given.field)) is not None:
            return property_condition(text, given, self.literals)
        name = self.column(given.field)
        return condition(name, self.model.columns[name].data_type, given, self.literals)

    def text(self, field: str) -> str:
        """The value as text, '' where it is missing. Raises UnknownColumn."""
        if (text := self._property(field)) is not None:
            return text
        name = self.column(field)
        if value_type(self.model.columns[name].data_type) == "string":
            return f"ifNull({name}, '')"
        return f"ifNull(toString({name}), '')"

    def moment(self, value: datetime) -> str:
        text = value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
        return self.literals.sql(f"toDateTime64('{text}', 3, 'UTC')")

    def _property(self, field: str) -> str | None:
        column, _, path = field.partition(".")
        if column not in JSON_COLUMNS.intersection(self.model.columns) or not path:
            return None
        keys = self.literals.sql(", ".join(quote(key) for key in path.split(".")))
        return property_text(column, keys)
