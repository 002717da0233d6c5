"""Filters as SQL predicates. What a tracker did not send is stored as the empty string."""

from collections.abc import Callable
from datetime import UTC, date, datetime

from semantic_layer.catalogue import value_type
from semantic_layer.compiler.literals import Literals
from semantic_layer.errors import InvalidQuery
from semantic_layer.queries import WITH_TEXT, WITHOUT_VALUE, Filter, Operator, Scalar

_COMPARISONS = {Operator.GT: ">", Operator.GTE: ">=", Operator.LT: "<", Operator.LTE: "<="}

_MOMENT_DIGITS = 6
"""Of a second, as many as Python's ISO texts have."""

PROPERTY_PREFIX = "properties."


def property_text(properties: str, key: str) -> str:
    """A property as text: '' when it is missing or null, JSON when it is not a scalar.

    `key` is the marker of the quoted path.
    """
    is_text = f"JSONType({properties}, {key}) = 'String'"
    text, raw = f"JSONExtractString({properties}, {key})", f"JSONExtractRaw({properties}, {key})"
    return f"if({is_text}, {text}, if({raw} = 'null', '', {raw}))"


def property_path(name: str) -> str | None:
    """`properties.plan` → `plan`; None for a dimension."""
    return name.removeprefix(PROPERTY_PREFIX) if name.startswith(PROPERTY_PREFIX) else None


def condition(column: str, data_type: str, given: Filter, literals: Literals) -> str:
    """The predicate of one filter on a column of a ClickHouse type. Raises InvalidQuery."""
    kind = value_type(data_type)
    if kind == "string":
        text = f"ifNull({column}, '')" if "Nullable" in data_type else column
        return _on_text(text, given, literals)
    if kind in ("integer", "number", "boolean"):
        return _on_number(column, given, literals)
    text = f"ifNull(toString({column}), '')"
    if kind == "json" or given.op in WITHOUT_VALUE | WITH_TEXT:
        return _on_text(text, given, literals)
    if kind == "date":
        return _compare(text, given, literals, _day_in(given))
    exact = f"ifNull(toString(toDateTime64({column}, {_MOMENT_DIGITS}, 'UTC')), '')"
    return _compare(exact, given, literals, _moment_in(given))


def property_condition(text: str, given: Filter, literals: Literals) -> str:
    """The predicate of one filter on a property, whose text may be a number."""
    if _is_numeric(given):
        return _on_number(f"toFloat64OrNull({text})", given, literals)
    return _on_text(text, given, literals)


def _on_text(column: str, given: Filter, literals: Literals) -> str:
    match given.op:
        case Operator.IS_SET:
            return f"{column} != ''"
        case Operator.IS_NOT_SET:
            return f"{column} = ''"
        case Operator.CONTAINS | Operator.NOT_CONTAINS:
            found = ">" if given.op is Operator.CONTAINS else "="
            return (
                f"positionCaseInsensitiveUTF8({column}, {literals.value(_text(given))}) {found} 0"
            )
        case Operator.STARTS_WITH:
            return f"startsWithCaseInsensitiveUTF8({column}, {literals.value(_text(given))})"
    return _compare(column, given, literals, _as_text)


def _on_number(column: str, given: Filter, literals: Literals) -> str:
    """A missing number is NULL; the negative operators match it."""
    match given.op:
        case Operator.IS_SET:
            return f"isNotNull({column})"
        case Operator.IS_NOT_SET:
            return f"isNull({column})"
        case Operator.CONTAINS | Operator.NOT_CONTAINS | Operator.STARTS_WITH:
            raise InvalidQuery(f"{given.op} needs a text, and {given.field} is a number")
    predicate = _compare(column, given, literals, _number_in(given))
    is_negative = given.op in (Operator.NEQ, Operator.NOT_IN)
    return f"ifNull({predicate}, {1 if is_negative else 0})"


def _compare(
    column: str, given: Filter, literals: Literals, convert: Callable[[Scalar], Scalar]
) -> str:
    converted = [convert(value) for value in _values(given)]
    match given.op:
        case Operator.IN:
            return f"{column} IN ({literals.values(converted)})"
        case Operator.NOT_IN:
            return f"{column} NOT IN ({literals.values(converted)})"
        case Operator.BETWEEN:
            low, high = (literals.value(value) for value in converted)
            return f"({column} >= {low} AND {column} <= {high})"
        case Operator.EQ:
            return f"{column} = {literals.value(converted[0])}"
        case Operator.NEQ:
            return f"{column} != {literals.value(converted[0])}"
    return f"{column} {_COMPARISONS[given.op]} {literals.value(converted[0])}"


def _values(given: Filter) -> list[Scalar]:
    if given.value is None:
        return []
    return given.value if isinstance(given.value, list) else [given.value]


def _as_text(value: Scalar) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _text(given: Filter) -> str:
    assert isinstance(given.value, str)
    return given.value


def _is_numeric(given: Filter) -> bool:
    values = _values(given)
    is_number = (isinstance(value, int | float) and not isinstance(value, bool) for value in values)
    return bool(values) and all(is_number)


def _moment_in(given: Filter) -> Callable[[Scalar], Scalar]:
    """Texts of moments, which sort as these do; UTC unless they name an offset."""

    def convert(value: Scalar) -> Scalar:
        try:
            moment = datetime.fromisoformat(value) if isinstance(value, str) else None
            utc = moment and (moment.astimezone(UTC) if moment.tzinfo else moment)
        except (ValueError, OverflowError):
            utc = None
        if utc is None:
            raise InvalidQuery(
                f"{given.field} is a moment such as 2026-03-01T10:00:00Z, and {value!r} is not"
            )
        return utc.replace(tzinfo=None).isoformat(" ", "microseconds")

    return convert


def _day_in(given: Filter) -> Callable[[Scalar], Scalar]:
    def convert(value: Scalar) -> Scalar:
        try:
            if isinstance(value, str):
                return date.fromisoformat(value).isoformat()
        except ValueError:
            pass
        raise InvalidQuery(f"{given.field} is a date such as 2026-03-01, and {value!r} is not")

    return convert


def _number_in(given: Filter) -> Callable[[Scalar], Scalar]:
    def convert(value: Scalar) -> Scalar:
        if not isinstance(value, str):
            return value
        try:
            return float(value) if "." in value or "e" in value.lower() else int(value)
        except ValueError:
            raise InvalidQuery(f"{given.field} is a number, and {value!r} is not") from None

    return convert
