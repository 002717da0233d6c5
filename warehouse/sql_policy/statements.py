"""The statements that make ClickHouse parse and print SQL; whoever holds a connection runs them."""

import json

from warehouse.sql_policy.grammar import Node


def parse_statement(sql: str) -> str:
    """A statement whose only value is the syntax tree of `sql` as JSON."""
    return f"SELECT parseQueryToJSON({quote(sql)})"


def format_statement(ast: Node) -> str:
    """A statement whose only value is the indented SQL text of `ast`."""
    text = json.dumps(ast, ensure_ascii=False)
    return f"SELECT formatQuery(formatQueryFromJSON({quote(text)}))"


def quote(text: str) -> str:
    """`text` as a ClickHouse string literal."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("\0", "\\0") + "'"
