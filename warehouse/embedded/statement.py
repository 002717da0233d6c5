"""A statement that brings no data, and where its FORMAT clause lies."""

from dataclasses import dataclass
from typing import Any

from warehouse.embedded.lexer import Kind, Token, tokens

_ROW_NODES = frozenset(
    {"SelectWithUnionQuery", "SelectIntersectExceptQuery", "ExplainQuery", "KillQueryQuery"}
)
_ROW_WORDS = frozenset(
    {
        b"SELECT", b"WITH", b"FROM", b"SHOW", b"DESCRIBE", b"DESC", b"EXISTS", b"EXPLAIN",
        b"CHECK", b"KILL",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement that brings no data."""

    sql: bytes
    tree: dict[str, Any] | None
    """Its syntax tree; None for DESCRIBE, SYSTEM and others that ClickHouse cannot show as JSON."""

    @property
    def keyword(self) -> bytes:
        return first_word(self.sql)

    @property
    def node(self) -> str:
        """The type of the tree's root; empty without a tree."""
        return "" if self.tree is None else str(self.tree.get("type"))

    @property
    def returns_rows(self) -> bool:
        if self.tree is None:
            return self.keyword in _ROW_WORDS
        return self.node in _ROW_NODES or self.node.startswith(("Show", "Exists", "Describe"))

    @property
    def reads(self) -> bool:
        return self.returns_rows and self.keyword != b"KILL"

    @property
    def output_format(self) -> str | None:
        """The name in the statement's own FORMAT clause."""
        clause = _format_clause(_outer_tokens(self.sql))
        return None if clause is None else clause[1].text.decode("ascii", "replace")

    def into_outfile(self, path: str, default_format: str) -> bytes:
        """The statement made to write its result to `path` instead of keeping it in memory."""
        outer = _outer_tokens(self.sql)
        end = outer[-1].end
        outfile = f" INTO OUTFILE '{path}' APPEND ".encode()
        clause = _format_clause(outer)
        if clause is None:
            # The second space tells this clause from the statement's own, in system_tables.
            return self.sql[:end] + b" " + outfile + b" FORMAT " + default_format.encode()
        at = clause[0].start
        return self.sql[:at] + outfile + self.sql[at:end]

    def without_format(self) -> bytes:
        """The statement up to its FORMAT clause, or to its end before a semicolon."""
        outer = _outer_tokens(self.sql)
        clause = _format_clause(outer)
        return self.sql[: outer[-1].end] if clause is None else self.sql[: clause[0].start]


def _outer_tokens(sql: bytes) -> list[Token]:
    """The tokens outside brackets, without the semicolons that may end a statement."""
    outer = [token for token in tokens(sql) if token.depth == 0]
    while outer and outer[-1].text == b";":
        outer.pop()
    return outer


def _format_clause(outer: list[Token]) -> tuple[Token, Token] | None:
    """The words `FORMAT` and its name: they end a statement, or only SETTINGS follow."""
    for index in range(len(outer) - 2, -1, -1):
        token, name = outer[index], outer[index + 1]
        if token.is_word(b"FORMAT") and name.kind is Kind.WORD:
            last = index + 2 == len(outer)
            return (token, name) if last or outer[index + 2].is_word(b"SETTINGS") else None
    return None


def first_word(sql: bytes) -> bytes:
    """The first word in capitals, past opening brackets."""
    for token in tokens(sql):
        if token.text != b"(":
            return token.text.upper()
    return b""
