"""Where the parts of a statement lie: the data of an INSERT, the FORMAT clause of a query."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from warehouse.embedded.errors import ClickHouseError, syntax_error
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

MAX_HEADER_BYTES = 1 << 20
"""An INSERT must reach its data within this many bytes."""


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
            return self.sql[:end] + b" " + outfile + b"FORMAT " + default_format.encode()
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


@dataclass(frozen=True, slots=True)
class InsertHeader:
    """`INSERT INTO t (a) SETTINGS … FORMAT X` and where its data starts."""

    target: bytes
    """Up to the columns: what a FROM INFILE clause follows."""
    clauses: bytes
    """SETTINGS, if any."""
    input_format: str
    data_start: int

    def from_file(self, path: str) -> bytes:
        infile = f" FROM INFILE '{path}' COMPRESSION 'none' ".encode()
        return self.target + infile + self.clauses + b" FORMAT " + self.input_format.encode()


def first_word(sql: bytes) -> bytes:
    """The first word in capitals, past opening brackets."""
    for token in tokens(sql):
        if token.text != b"(":
            return token.text.upper()
    return b""


def insert_header(sql: bytes) -> InsertHeader | None:
    """The header of an INSERT that brings data; None for every other statement."""
    found = _after_target(_from_insert(token for token in tokens(sql) if token.depth == 0))
    settings_start: int | None = None
    for token in found:
        if token.start > MAX_HEADER_BYTES or token.is_word(b"SELECT", b"WITH", b"FROM"):
            return None
        if token.is_word(b"SETTINGS") and settings_start is None:
            settings_start = token.start
        if token.is_word(b"VALUES"):
            return _header(sql, settings_start, token, "Values", token.end)
        if token.is_word(b"FORMAT"):
            name = next(found, None)
            if name is None:
                return None
            is_values = name.is_word(b"VALUES")
            start = name.end if is_values else _after_newline(sql, name.end)
            return _header(sql, settings_start, token, name.text.decode("ascii", "replace"), start)
    return None


def check_values(data: bytes) -> None:
    """Raises ClickHouseError 33 when a statement follows the rows of `INSERT … VALUES (…);`."""
    if b";" not in data:
        return
    ended = False
    for token in tokens(data):
        if ended and token.text != b";":
            raise ClickHouseError(
                33, "CANNOT_READ_ALL_DATA", "Cannot read data after semicolon: one statement"
            )
        ended = ended or (token.text == b";" and token.depth == 0)


def _header(
    sql: bytes, settings_start: int | None, keyword: Token, name: str, data_start: int
) -> InsertHeader:
    end = keyword.start if settings_start is None else settings_start
    return InsertHeader(sql[:end].rstrip(), sql[end : keyword.start].strip(), name, data_start)


def _from_insert(found: Iterator[Token]) -> Iterator[Token]:
    """The tokens after `INSERT` or `WITH … INSERT INTO`; none if the statement is another one."""
    first = next(found, None)
    if first is not None and first.is_word(b"INSERT"):
        yield from found
    elif first is not None and first.is_word(b"WITH"):
        previous = first
        for token in found:
            if token.start > MAX_HEADER_BYTES:
                return
            if token.is_word(b"INTO") and previous.is_word(b"INSERT"):
                yield from found
            previous = token


def _after_target(found: Iterator[Token]) -> Iterator[Token]:
    """The tokens that follow `[INTO] [TABLE] [FUNCTION] db.table`, which may be keywords."""
    name_expected = True
    for token in found:
        if token.is_word(b"INTO", b"TABLE", b"FUNCTION") and name_expected:
            continue
        if token.text == b"{":  # {name:Identifier} is two tokens outside its brackets
            next(found, None)
        if not name_expected and token.text != b".":
            yield token
            break
        name_expected = token.text == b"."
    yield from found


def _after_newline(sql: bytes, start: int) -> int:
    """Data starts after spaces and at most one line end, as in ParserInsertQuery."""
    while sql[start : start + 1] in (b" ", b"\t", b"\f"):
        start += 1
    if sql[start : start + 1] == b";":
        raise syntax_error("You have excessive semicolon before the data of an INSERT")
    if sql[start : start + 1] == b"\r":
        start += 1
    return start + 1 if sql[start : start + 1] == b"\n" else start
