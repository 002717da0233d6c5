"""From the text of an expression to a closure over one record or one group of records."""

import ast
import operator
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal, DecimalException
from difflib import get_close_matches
from typing import Protocol

from ingest.importer.expressions.aggregates import AGGREGATES, Aggregate, append
from ingest.importer.expressions.functions import FUNCTIONS, ConstantError, Function
from ingest.importer.expressions.values import (
    EvaluationError,
    Value,
    as_number,
    equal,
    is_true,
    shown,
)

Record = Value
Evaluator = Callable[[Value], Value]

MAX_LENGTH = 4_000
MAX_NODES = 1_000
MAX_LIST = 1_000


class Columns(Protocol):
    """What a source can be asked for."""

    @property
    def names(self) -> list[str]: ...

    def getter(self, name: str) -> Callable[[Record], Value] | None:
        """How to read a column off a record; None if the source has no such column."""


class Group(Protocol):
    """Records that make one event: the first of them, and the results of aggregations."""

    first: Record
    results: list[Value]


class ExpressionError(Exception):
    """The text is no expression of the language, or names what does not exist."""


@dataclass(frozen=True)
class Aggregation:
    """An aggregate with the expression that it folds over the records of a group."""

    aggregate: Aggregate
    value: Evaluator

    def add(self, state: Value, record: Record) -> Value:
        value = self.value(record)
        return state if value is None else self.aggregate.add(state, value)


@dataclass(frozen=True)
class Compiled:
    """`evaluate` takes a record, or a Group when compiled with `aggregations`."""

    evaluate: Evaluator
    columns: frozenset[str]


def compile_expression(
    source: str, columns: Columns, aggregations: list[Aggregation] | None = None
) -> Compiled:
    """Compile or raise ExpressionError.

    With a list of aggregations the expression is one over groups: aggregates found in it are
    appended to the list, and a column outside of them is that of the group's first record.
    """
    tree = _parse(source)
    compiler = _Compiler(columns, aggregations)
    return Compiled(compiler.compile(tree), frozenset(compiler.used))


def column_reference(source: str) -> str | None:
    """The dotted name that this text consists of, if it is nothing but a name."""
    try:
        return _dotted(_parse(source))
    except ExpressionError:
        return None


def near(name: str, known: list[str]) -> str:
    matches = get_close_matches(name, known, n=3, cutoff=0.5)
    return f"; did you mean {' or '.join(matches)}?" if matches else ""


def _parse(source: str) -> ast.expr:
    if len(source) > MAX_LENGTH:
        raise ExpressionError(f"longer than {MAX_LENGTH} characters")
    try:
        tree = ast.parse(" ".join(source.split("\n")).strip(), mode="eval").body
    except SyntaxError as error:
        where = f" at character {error.offset}" if error.offset else ""
        raise ExpressionError(f"not an expression: {error.msg}{where}") from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise ExpressionError(f"not an expression: {error or 'nested too deeply'}") from None
    if sum(1 for _ in ast.walk(tree)) > MAX_NODES:
        raise ExpressionError(f"more than {MAX_NODES} terms")
    return tree


def _dotted(node: ast.expr) -> str | None:
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=attribute):
            parent = _dotted(value)
            return None if parent is None else f"{parent}.{attribute}"
    return None


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


class _Compiler:
    def __init__(self, columns: Columns, aggregations: list[Aggregation] | None) -> None:
        self.columns = columns
        self.aggregations = aggregations
        self.used: set[str] = set()

    def compile(self, node: ast.expr) -> Evaluator:
        match node:
            case ast.Constant():
                return self.constant(node)
            case ast.Name() | ast.Attribute():
                return self.column(_dotted(node) or ast.unparse(node))
            case ast.BinOp():
                return self.arithmetic(node)
            case ast.UnaryOp():
                return self.unary(node)
            case ast.BoolOp():
                return self.logic(node)
            case ast.Compare():
                return self.comparison(node)
            case ast.IfExp():
                return self.conditional(node)
            case ast.Call():
                return self.call(node)
            case ast.Dict():
                return self.object(node)
            case ast.List() | ast.Tuple():
                return self.list(node.elts)
        raise ExpressionError(f"{shown(ast.unparse(node))} is not part of the language")

    def constant(self, node: ast.Constant) -> Evaluator:
        value = node.value
        if isinstance(value, float):
            value = Decimal(repr(value))
            if not value.is_finite():
                raise ExpressionError("the number is too large")
        elif value is not None and not isinstance(value, str | int):
            raise ExpressionError(f"{shown(value)} is not part of the language")
        return lambda _: value

    def column(self, name: str) -> Evaluator:
        get = self.columns.getter(name)
        if get is None:
            raise ExpressionError(f"unknown column {name!r}{near(name, self.columns.names)}")
        self.used.add(name)
        if self.aggregations is None:
            return get
        return lambda group: get(group.first)

    def arithmetic(self, node: ast.BinOp) -> Evaluator:
        operation = ARITHMETIC.get(type(node.op))
        if operation is None:
            raise ExpressionError(f"{shown(ast.unparse(node))}: only + - * / // % calculate")
        left, right = self.compile(node.left), self.compile(node.right)

        def evaluate(subject: Value) -> Value:
            first, second = as_number(left(subject)), as_number(right(subject))
            if first is None or second is None:
                return None
            try:
                return operation(first, second)
            except (ZeroDivisionError, DecimalException):
                raise EvaluationError(f"cannot calculate {ast.unparse(node)}") from None

        return evaluate

    def unary(self, node: ast.UnaryOp) -> Evaluator:
        operand = self.compile(node.operand)
        match node.op:
            case ast.Not():
                return lambda subject: not is_true(operand(subject))
            case ast.USub():
                return lambda subject: _negative(operand(subject))
            case ast.UAdd():
                return lambda subject: as_number(operand(subject))
        raise ExpressionError(f"{shown(ast.unparse(node))} is not part of the language")

    def logic(self, node: ast.BoolOp) -> Evaluator:
        operands = [self.compile(operand) for operand in node.values]
        if isinstance(node.op, ast.And):
            return lambda subject: all(is_true(operand(subject)) for operand in operands)
        return lambda subject: any(is_true(operand(subject)) for operand in operands)

    def conditional(self, node: ast.IfExp) -> Evaluator:
        test, then, otherwise = map(self.compile, (node.test, node.body, node.orelse))
        return lambda subject: then(subject) if is_true(test(subject)) else otherwise(subject)

    def comparison(self, node: ast.Compare) -> Evaluator:
        if len(node.ops) > 1:
            raise ExpressionError("write `a < b and b < c` instead of `a < b < c`")
        left, right = self.compile(node.left), self.compile(node.comparators[0])
        match node.ops[0]:
            case ast.Eq() | ast.Is():
                return lambda subject: equal(left(subject), right(subject))
            case ast.NotEq() | ast.IsNot():
                return lambda subject: not equal(left(subject), right(subject))
            case ast.In() | ast.NotIn() as membership:
                return self.membership(left, node.comparators[0], isinstance(membership, ast.In))
            case order:
                return _ordering(ORDERINGS[type(order)], left, right)

    def membership(self, left: Evaluator, right: ast.expr, wanted: bool) -> Evaluator:
        if not isinstance(right, ast.List | ast.Tuple):
            raise ExpressionError("`in` needs a list, as in `country in ['FR', 'DE']`")
        members = self.list(right.elts)
        return lambda subject: (
            wanted is any(equal(left(subject), member) for member in members(subject))
        )

    def object(self, node: ast.Dict) -> Evaluator:
        members: list[tuple[str, Evaluator]] = []
        for key, value in zip(node.keys, node.values, strict=True):
            if not isinstance(key, ast.Constant) or not isinstance(key.value, str):
                raise ExpressionError("the names in {…} must be constant texts")
            members.append((key.value, self.compile(value)))

        def evaluate(subject: Value) -> Value:
            values = ((name, member(subject)) for name, member in members)
            return {name: value for name, value in values if value is not None}

        return evaluate

    def list(self, nodes: list[ast.expr]) -> Evaluator:
        elements = [self.compile(node) for node in nodes]
        return lambda subject: [element(subject) for element in elements]

    def call(self, node: ast.Call) -> Evaluator:
        if not isinstance(node.func, ast.Name) or node.keywords:
            raise ExpressionError(f"{shown(ast.unparse(node))} is not part of the language")
        name = node.func.id
        if any(isinstance(argument, ast.Starred) for argument in node.args):
            raise ExpressionError("* is not part of the language")
        if name == "column":
            return self.quoted_column(node.args)
        if name in AGGREGATES:
            return self.aggregation(name, node.args)
        function = FUNCTIONS.get(name)
        if function is None:
            known = [*FUNCTIONS, *AGGREGATES, "column"]
            raise ExpressionError(f"unknown function {name}(){near(name, known)}")
        return self.function(name, function, node.args)

    def quoted_column(self, arguments: list[ast.expr]) -> Evaluator:
        match arguments:
            case [ast.Constant(value=str(name))]:
                return self.column(name)
        raise ExpressionError("column() takes the name of a column as a constant text")

    def function(self, name: str, function: Function, arguments: list[ast.expr]) -> Evaluator:
        if not function.minimum <= len(arguments) <= function.maximum:
            raise ExpressionError(f"{name}() takes {_arity(function)}, not {len(arguments)}")
        call = function.call
        if function.constants_from is not None:
            constants = [_constant(name, node) for node in arguments[function.constants_from :]]
            arguments = arguments[: function.constants_from]
            try:
                call = call(*constants)
            except ConstantError as error:
                raise ExpressionError(str(error)) from None
        return _applied(call, [self.compile(node) for node in arguments], function.takes_missing)

    def aggregation(self, name: str, arguments: list[ast.expr]) -> Evaluator:
        if self.aggregations is None:
            raise ExpressionError(f"{name}() needs `group`, and cannot stand in another aggregate")
        aggregate = AGGREGATES[name]
        if aggregate.takes_limit:
            limit, arguments = _limit(arguments)
            aggregate = replace(aggregate, add=append(limit))
        if name == "count" and not arguments:
            value: Evaluator = lambda _: True  # noqa: E731 - a constant, not a function of its own
        elif len(arguments) == 1:
            of_record = _Compiler(self.columns, None)
            value = of_record.compile(arguments[0])
            self.used |= of_record.used
        else:
            raise ExpressionError(f"{name}() takes one argument, not {len(arguments)}")
        index = len(self.aggregations)
        self.aggregations.append(Aggregation(aggregate, value))
        return lambda group: group.results[index]


def _applied(call: Callable[..., Value], arguments: list[Evaluator], missing: bool) -> Evaluator:
    if len(arguments) == 1 and not missing:
        (argument,) = arguments

        def apply_to_one(subject: Value) -> Value:
            value = argument(subject)
            return None if value is None else call(value)

        return apply_to_one

    def apply(subject: Value) -> Value:
        values = [argument(subject) for argument in arguments]
        return None if not missing and None in values else call(*values)

    return apply


def _negative(value: Value) -> Value:
    number = as_number(value)
    return None if number is None else -number


def _ordering(
    compare: Callable[[Value, Value], bool], left: Evaluator, right: Evaluator
) -> Evaluator:
    """Texts compare as texts, all else as numbers; nothing is larger or smaller than missing."""

    def evaluate(subject: Value) -> bool:
        first, second = left(subject), right(subject)
        if first is None or second is None:
            return False
        if type(first) is type(second):
            try:
                return compare(first, second)
            except TypeError:
                raise EvaluationError(f"{shown(first)} has no order") from None
        return compare(as_number(first), as_number(second))

    return evaluate


def _constant(name: str, node: ast.expr) -> Value:
    if isinstance(node, ast.Constant):
        return node.value
    raise ExpressionError(f"{shown(ast.unparse(node))} in {name}() must be a constant")


def _limit(arguments: list[ast.expr]) -> tuple[int, list[ast.expr]]:
    match arguments:
        case [value, ast.Constant(value=int(limit))] if 1 <= limit <= MAX_LIST:
            return limit, [value]
    raise ExpressionError(f"list() takes a value and how many to keep, at most {MAX_LIST}")


def _arity(function: Function) -> str:
    if function.minimum == function.maximum:
        return f"{function.minimum} argument{'s' if function.minimum > 1 else ''}"
    return f"{function.minimum} to {function.maximum} arguments"
