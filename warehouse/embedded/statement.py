"""A statement that brings no data, and where its FORMAT clause lies."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

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


@dataclass(frozen=True)
class Statement:
    """One statement that brings no data. What is found in its text is found once."""

    sql: bytes
    node: str = ""
    """The type of its syntax tree's root; empty for DESCRIBE, SYSTEM and others that ClickHouse
    cannot show as JSON."""
    names_out_file: bool = False

    @classmethod
    def of(cls, sql: bytes, tree: dict[str, Any] | None) -> Self:
        return cls(sql) if tree is None else cls(sql, str(tree.get("type")), "out_file" in tree)

    @cached_property
    def keyword(self) -> bytes:
        return first_word(self.sql)

    @property
    def returns_rows(self) -> bool:
        if not self.node:
            return self.keyword in _ROW_WORDS
        return self.node in _ROW_NODES or self.node.startswith(("Show", "Exists", "Describe"))

    @property
    def reads(self) -> bool:
        return self.returns_rows and self.keyword != b"KILL"

    @property
    def changes_session(self) -> bool:
        """Its database or settings, beyond the end of the request."""
        return self.keyword in (b"SET", b"USE")

    @property
    def output_format(self) -> str | None:
        """The name in the statement's own FORMAT clause."""
        clause = _format_clause(self._outer)
        return None if clause is None else clause[1].text.decode("ascii", "replace")

    def into_outfile(self, path: str, default_format: str) -> bytes:
        """The statement made to write its result to `path` instead of keeping it in memory."""
        outer = self._outer
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
        outer = self._outer
        clause = _format_clause(outer)
        return self.sql[: outer[-1].end] if clause is None else self.sql[: clause[0].start]

    @cached_property
    def _outer(self) -> list[Token]:
        """The tokens outside brackets, without the semicolons that may end a statement."""
        outer = [token for token in tokens(self.sql) if token.depth == 0]
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
