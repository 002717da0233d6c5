"""Operators, as makers of evaluators from the evaluators of their operands."""

import ast
import operator
from collections.abc import Callable
from decimal import Decimal, DecimalException

from ingest.importer.expressions.values import (
    EvaluationError,
    Value,
    as_number,
    bounded,
    equal,
    is_true,
    shown,
    sort_key,
)

Evaluator = Callable[[Value], Value]

ARITHMETIC: dict[type[ast.operator], Callable[[Value, Value], Value]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: lambda left, right: Decimal(left) / right,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}

ORDERINGS: dict[type[ast.cmpop], Callable[[Value, Value], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


def arithmetic(
    operation: Callable[[Value, Value], Value], left: Evaluator, right: Evaluator, text: str
) -> Evaluator:
    """The result is missing where an operand is."""

    def evaluate(subject: Value) -> Value:
        first, second = as_number(left(subject)), as_number(right(subject))
        if first is None or second is None:
            return None
        try:
            return bounded(operation(first, second))
        except (ZeroDivisionError, DecimalException):
            raise EvaluationError(f"cannot calculate {text}") from None

    return evaluate


def negative(operand: Evaluator) -> Evaluator:
    def evaluate(subject: Value) -> Value:
        number = as_number(operand(subject))
        return None if number is None else -number

    return evaluate


def equality(left: Evaluator, right: Evaluator, *, wanted: bool) -> Evaluator:
    return lambda subject: equal(left(subject), right(subject)) is wanted


def ordering(
    compare: Callable[[Value, Value], bool], left: Evaluator, right: Evaluator
) -> Evaluator:
    """Nothing is larger or smaller than missing."""

    def evaluate(subject: Value) -> bool:
        first, second = left(subject), right(subject)
        if first is None or second is None:
            return False
        first_key, second_key = sort_key(first), sort_key(second)
        if first_key[0] != second_key[0]:
            raise EvaluationError(f"cannot compare {shown(first)} with {shown(second)}")
        return compare(first_key, second_key)

    return evaluate


def membership(left: Evaluator, members: Evaluator, *, wanted: bool) -> Evaluator:
    def evaluate(subject: Value) -> bool:
        value = left(subject)
        return wanted is any(equal(value, member) for member in members(subject))

    return evaluate


def every(operands: list[Evaluator]) -> Evaluator:
    return lambda subject: all(is_true(operand(subject)) for operand in operands)


def some(operands: list[Evaluator]) -> Evaluator:
    return lambda subject: any(is_true(operand(subject)) for operand in operands)


def conditional(test: Evaluator, then: Evaluator, otherwise: Evaluator) -> Evaluator:
    return lambda subject: then(subject) if is_true(test(subject)) else otherwise(subject)


def listed(elements: list[Evaluator]) -> Evaluator:
    return lambda subject: [element(subject) for element in elements]


def object_of(members: list[tuple[str, Evaluator]]) -> Evaluator:
    """Members without a value are left out."""

    def evaluate(subject: Value) -> Value:
        values = ((name, member(subject)) for name, member in members)
        return {name: value for name, value in values if value is not None}

    return evaluate


def applied(call: Callable[..., Value], arguments: list[Evaluator]) -> Evaluator:
    """A function of present values: missing where an argument is."""
    if len(arguments) == 1:
        (argument,) = arguments

        def apply_to_one(subject: Value) -> Value:
            value = argument(subject)
            return None if value is None else call(value)

        return apply_to_one

    def apply(subject: Value) -> Value:
        values = [argument(subject) for argument in arguments]
        return None if None in values else call(*values)

    return apply


def applied_to_any(call: Callable[..., Value], arguments: list[Evaluator]) -> Evaluator:
    """A function that is also asked about missing values."""
    return lambda subject: call(*(argument(subject) for argument in arguments))
