"""Parsing, and what every part of the compiler says about a syntax tree."""

import ast
from difflib import get_close_matches

from ingest.importer.expressions.values import shown

MAX_LENGTH = 4_000
MAX_NODES = 1_000


class ExpressionError(Exception):
    """The text is no expression of the language, or names what does not exist."""


def parse(source: str) -> ast.expr:
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


def column_reference(source: str) -> str | None:
    """The dotted name that this text consists of, if it is nothing but a name."""
    try:
        return dotted_name(parse(source))
    except ExpressionError:
        return None


def dotted_name(node: ast.expr) -> str | None:
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=attribute):
            parent = dotted_name(value)
            return None if parent is None else f"{parent}.{attribute}"
    return None


def near(name: str, known: list[str], likeness: float = 0.6) -> str:
    """What the writer may have meant, as the end of a message."""
    matches = get_close_matches(name, known, n=3, cutoff=likeness)
    return f"; did you mean {' or '.join(matches)}?" if matches else ""


def foreign(node: ast.expr) -> ExpressionError:
    return ExpressionError(f"{shown(ast.unparse(node))} is not part of the language")


def constant_of(node: ast.expr, function: str) -> str | int | float | bool | None:
    """The constant that an argument of `function` has to be."""
    if isinstance(node, ast.Constant) and not isinstance(node.value, bytes | complex):
        value: str | int | float | bool | None = node.value  # type: ignore[assignment]
        return value
    raise ExpressionError(f"{shown(ast.unparse(node))} in {function}() must be a constant")
