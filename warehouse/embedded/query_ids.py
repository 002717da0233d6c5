"""`queryID()` and its like, which in chDB give ids of its own.

The call becomes the request's id with the call as its alias, which keeps the names of columns; an
alias of the statement's own wins over it.
"""

from warehouse.embedded.lexer import Kind, Token, quote_identifier, quote_string, tokens

_FUNCTIONS = {b"queryid", b"query_id", b"initialqueryid", b"initial_query_id"}
_STATEMENTS = {b"SELECT", b"WITH", b"FROM", b"EXPLAIN", b"INSERT"}
"""First words of the statements that run at once: a view must keep the call."""


def with_query_id(sql: bytes, query_id: str) -> bytes:
    """`sql` with the calls replaced."""
    lowered = sql.lower()
    if not any(name in lowered for name in _FUNCTIONS):
        return sql
    found = list(tokens(sql))
    first = next((token.text.upper() for token in found if token.text != b"("), b"")
    if first not in _STATEMENTS:
        return sql
    literal = quote_string(query_id.encode("utf-8", "surrogateescape"))
    parts, copied = [], 0
    for name, opening, closing in zip(found, found[1:], found[2:], strict=False):
        if _is_function(name) and (opening.text, closing.text) == (b"(", b")"):
            alias = quote_identifier(name.text + b"()")
            parts += [sql[copied : name.start], b"(" + literal + b" AS " + alias + b")"]
            copied = closing.end
    return b"".join([*parts, sql[copied:]])


def _is_function(token: Token) -> bool:
    return token.kind is Kind.WORD and token.text.lower() in _FUNCTIONS
