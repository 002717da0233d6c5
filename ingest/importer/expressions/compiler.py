"""From the text of an expression to a closure over one record or one group of records."""

import ast
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from ingest.importer.expressions import operators
from ingest.importer.expressions.aggregates import AGGREGATES, Aggregate, append
from ingest.importer.expressions.functions import FUNCTIONS, ConstantError, Function
from ingest.importer.expressions.operators import Evaluator
from ingest.importer.expressions.syntax import (
    ExpressionError,
    constant_of,
    dotted_name,
    foreign,
    near,
    parse,
)
from ingest.importer.expressions.values import EvaluationError, Value, as_number, is_true

Record = Value
MAX_LIST = 1_000


class Columns(Protocol):
    """What a source can be asked for."""

    @property
    def names(self) -> list[str]: ...

    def getter(self, name: str) -> Callable[[Record], Value] | None:
        """How to read a column off a record; None if the source has no such column."""


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
    """`evaluate` takes a record, or a group when compiled with aggregations.

    A group has `first`, its first record, and `results`, those of the aggregations in order.
    """

    evaluate: Evaluator
    columns: frozenset[str]


def compile_expression(
    source: str, columns: Columns, aggregations: list[Aggregation] | None = None
) -> Compiled:
    """Compile or raise ExpressionError.

    With a list of aggregations the expression is one over groups: aggregates found in it are
    appended to the list, and a column outside of them is that of the group's first record.
    """
    compiler = _Compiler(columns, aggregations)
    evaluate = compiler.compile(parse(source))
    return Compiled(evaluate, frozenset(compiler.used))


class _Compiler(ast.NodeVisitor):
    def __init__(self, columns: Columns, aggregations: list[Aggregation] | None) -> None:
        self.columns = columns
        self.aggregations = aggregations
        self.used: set[str] = set()

    def compile(self, node: ast.expr) -> Evaluator:
        evaluator: Evaluator = self.visit(node)
        return evaluator

    def compile_all(self, nodes: list[ast.expr]) -> list[Evaluator]:
        return [self.compile(node) for node in nodes]

    def generic_visit(self, node: ast.AST) -> Evaluator:
        assert isinstance(node, ast.expr)
        raise foreign(node)

    def visit_Constant(self, node: ast.Constant) -> Evaluator:
        value: Value = node.value
        if value is not None and not isinstance(value, str | int | float):
            raise foreign(node)
        if isinstance(value, int | float) and not isinstance(value, bool):
            try:
                value = as_number(repr(value))
            except EvaluationError as error:
                raise ExpressionError(str(error)) from None
        return lambda _: value

    def visit_Name(self, node: ast.Name) -> Evaluator:
        return self.column(node.id)

    def visit_Attribute(self, node: ast.Attribute) -> Evaluator:
        name = dotted_name(node)
        if name is None:
            raise foreign(node)
        return self.column(name)

    def visit_BinOp(self, node: ast.BinOp) -> Evaluator:
        operation = operators.ARITHMETIC.get(type(node.op))
        if operation is None:
            raise foreign(node)
        left, right = self.compile(node.left), self.compile(node.right)
        return operators.arithmetic(operation, left, right, ast.unparse(node))

    def visit_UnaryOp(self, node: ast.UnaryOp) -> Evaluator:
        operand = self.compile(node.operand)
        match node.op:
            case ast.Not():
                return lambda subject: not is_true(operand(subject))
            case ast.USub():
                return operators.negative(operand)
            case ast.UAdd():
                return lambda subject: as_number(operand(subject))
        raise foreign(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> Evaluator:
        operands = self.compile_all(node.values)
        return (operators.every if isinstance(node.op, ast.And) else operators.some)(operands)

    def visit_IfExp(self, node: ast.IfExp) -> Evaluator:
        return operators.conditional(*self.compile_all([node.test, node.body, node.orelse]))

    def visit_Compare(self, node: ast.Compare) -> Evaluator:
        if len(node.ops) > 1:
            raise ExpressionError("write `a < b and b < c` instead of `a < b < c`")
        left, right = self.compile_all([node.left, node.comparators[0]])
        match node.ops[0]:
            case ast.Eq() | ast.Is():
                return operators.equality(left, right, wanted=True)
            case ast.NotEq() | ast.IsNot():
                return operators.equality(left, right, wanted=False)
            case ast.In() | ast.NotIn() as operator:
                if not isinstance(node.comparators[0], ast.List | ast.Tuple):
                    raise ExpressionError("`in` needs a list, as in `country in ['FR', 'DE']`")
                return operators.membership(left, right, wanted=isinstance(operator, ast.In))
            case operator:
                return operators.ordering(operators.ORDERINGS[type(operator)], left, right)

    def visit_Dict(self, node: ast.Dict) -> Evaluator:
        members: list[tuple[str, Evaluator]] = []
        for key, value in zip(node.keys, node.values, strict=True):
            if not isinstance(key, ast.Constant) or not isinstance(key.value, str):
                raise ExpressionError("the names in {…} must be constant texts")
            members.append((key.value, self.compile(value)))
        return operators.object_of(members)

    def visit_List(self, node: ast.List) -> Evaluator:
        return operators.listed(self.compile_all(node.elts))

    def visit_Tuple(self, node: ast.Tuple) -> Evaluator:
        return operators.listed(self.compile_all(node.elts))

    def visit_Call(self, node: ast.Call) -> Evaluator:
        if not isinstance(node.func, ast.Name) or node.keywords:
            raise foreign(node)
        name = node.func.id
        if name == "column":
            return self.quoted_column(node.args)
        if name in AGGREGATES:
            return self.aggregation(name, node.args)
        if name in FUNCTIONS:
            return self.function(name, FUNCTIONS[name], node.args)
        known = [*FUNCTIONS, *AGGREGATES, "column"]
        raise ExpressionError(f"unknown function {name}(){near(name, known)}")

    def column(self, name: str) -> Evaluator:
        get = self.columns.getter(name)
        if get is None:
            raise ExpressionError(f"unknown column {name!r}{near(name, self.columns.names)}")
        self.used.add(name)
        if self.aggregations is None:
            return get
        return lambda group: get(group.first)

    def quoted_column(self, arguments: list[ast.expr]) -> Evaluator:
        match arguments:
            case [ast.Constant(value=str(name))]:
                return self.column(name)
        raise ExpressionError("column() takes the name of a column as a constant text")

    def function(self, name: str, function: Function, arguments: list[ast.expr]) -> Evaluator:
        if not function.minimum <= len(arguments) <= function.maximum:
            raise ExpressionError(f"{name}() takes {function.arity}, not {len(arguments)}")
        call = function.call
        if function.constants_from is not None:
            constants = [constant_of(node, name) for node in arguments[function.constants_from :]]
            arguments = arguments[: function.constants_from]
            try:
                call = call(*constants)
            except ConstantError as error:
                raise ExpressionError(str(error)) from None
        apply = operators.applied_to_any if function.takes_missing else operators.applied
        return apply(call, self.compile_all(arguments))

    def aggregation(self, name: str, arguments: list[ast.expr]) -> Evaluator:
        if self.aggregations is None:
            raise ExpressionError(f"{name}() needs `group`, and cannot stand in another aggregate")
        aggregate = AGGREGATES[name]
        if aggregate.takes_limit:
            limit, arguments = _limit(arguments)
            aggregate = replace(aggregate, add=append(limit))
        if name == "count" and not arguments:
            arguments = [ast.Constant(value=True)]
        if len(arguments) != 1:
            raise ExpressionError(f"{name}() takes one argument, not {len(arguments)}")
        of_record = _Compiler(self.columns, None)
        self.aggregations.append(Aggregation(aggregate, of_record.compile(arguments[0])))
        self.used |= of_record.used
        index = len(self.aggregations) - 1
        return lambda group: group.results[index]


def _limit(arguments: list[ast.expr]) -> tuple[int, list[ast.expr]]:
    match arguments:
        case [value, ast.Constant(value=int(limit))] if 1 <= limit <= MAX_LIST:
            return limit, [value]
    raise ExpressionError(f"list() takes a value and how many to keep, at most {MAX_LIST}")
