"""Functions of a group of records. All leave missing values out.

`docs/reference/import-mapping.md` lists them; a test compares the two.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from ingest.importer.expressions.values import Number, Value, as_number, sort_key

State = Value


@dataclass(frozen=True)
class Aggregate:
    """`add` folds a present value into the state; `finish` turns the state into the result."""

    start: Callable[[], State]
    add: Callable[[State, Value], State]
    finish: Callable[[State], Value] = lambda state: state
    takes_limit: bool = False


def add_number(total: Number, value: Value) -> Number:
    return total + (as_number(value) or 0)


def add_distinct(seen: set[str], value: Value) -> set[str]:
    seen.add(str(value))
    return seen


def smaller(least: Value, value: Value) -> Value:
    return value if least is None or sort_key(value) < sort_key(least) else least


def larger(greatest: Value, value: Value) -> Value:
    return value if greatest is None or sort_key(value) > sort_key(greatest) else greatest


def add_to_average(state: tuple[Number, int], value: Value) -> tuple[Number, int]:
    return add_number(state[0], value), state[1] + 1


def average(state: tuple[Number, int]) -> Value:
    total, count = state
    return Decimal(total) / count if count else None


def append(limit: int) -> Callable[[list[Value], Value], list[Value]]:
    def add(values: list[Value], value: Value) -> list[Value]:
        if len(values) < limit:
            values.append(value)
        return values

    return add


AGGREGATES: dict[str, Aggregate] = {
    "sum": Aggregate(lambda: 0, add_number),
    "count": Aggregate(lambda: 0, lambda count, _: count + 1),
    "count_distinct": Aggregate(set, add_distinct, len),
    "average": Aggregate(lambda: (0, 0), add_to_average, average),
    "min": Aggregate(lambda: None, smaller),
    "max": Aggregate(lambda: None, larger),
    "first": Aggregate(lambda: None, lambda kept, value: value if kept is None else kept),
    "last": Aggregate(lambda: None, lambda _, value: value),
    "list": Aggregate(list, append(0), lambda values: values or None, takes_limit=True),
}
