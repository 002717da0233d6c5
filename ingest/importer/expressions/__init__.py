"""The expression language of mapping files: a small, safe part of Python's syntax.

Expressions are parsed with `ast`, every node is checked against a list of what is allowed, and the
result is a tree of closures: no Python code is ever compiled or evaluated.
"""

from ingest.importer.expressions.compiler import (
    Aggregation,
    Columns,
    Compiled,
    compile_expression,
)
from ingest.importer.expressions.syntax import ExpressionError, column_reference, near
from ingest.importer.expressions.values import EvaluationError, Value

__all__ = [
    "Aggregation",
    "Columns",
    "Compiled",
    "EvaluationError",
    "ExpressionError",
    "Value",
    "column_reference",
    "compile_expression",
    "near",
]
