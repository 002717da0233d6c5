"""Where an INSERT ends and its data begins, and the same INSERT reading the data from a file."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from warehouse.embedded.errors import ClickHouseError, syntax_error
from warehouse.embedded.lexer import Kind, Token, tokens

MAX_HEADER_BYTES = 1 << 20
"""An INSERT must reach its data within this many bytes."""


class DataHeader(Protocol):
    """The text before the data."""

    @property
    def input_format(self) -> str: ...

    @property
    def data_start(self) -> int: ...

    def from_file(self, path: str) -> bytes:
        """The statement, reading its data from `path`."""
        ...


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


def insert_header(sql: bytes) -> InsertHeader | None:
    """The header of an INSERT that brings data; None for every other statement."""
    found = _after_target(_from_insert(token for token in tokens(sql) if token.depth == 0))
    settings_start: int | None = None
    for token in found:
        if token.start > MAX_HEADER_BYTES or token.text == b";":
            return None
        if token.is_word(b"SELECT", b"WITH", b"FROM"):
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


@dataclass(frozen=True, slots=True)
class InputHeader:
    """`INSERT INTO t SELECT … FROM input('a Int8') … FORMAT X`."""

    before: bytes
    structure: bytes
    """The argument of `input`, maybe empty."""
    after: bytes
    input_format: str
    data_start: int

    def from_file(self, path: str) -> bytes:
        separator = b", " if self.structure else b""
        call = f"file('{path}', '{self.input_format}'".encode()
        return self.before + call + separator + self.structure + b")" + self.after


def input_header(sql: bytes) -> InputHeader | None:
    """The header of an INSERT … SELECT that reads its data with `input`."""
    found = list(tokens(sql[:MAX_HEADER_BYTES]))
    call = next(
        (
            index
            for index, token in enumerate(found[:-1])
            if token.is_word(b"INPUT") and found[index + 1].text == b"("
        ),
        None,
    )
    if call is None:
        return None
    closing = _closing_bracket(found, call + 1)
    for token, name in zip(found[closing:], found[closing + 1 :], strict=False):
        if token.text == b";":
            return None
        if token.depth == 0 and token.is_word(b"FORMAT") and name.kind is Kind.WORD:
            return InputHeader(
                before=sql[: found[call].start],
                structure=sql[found[call + 1].end : found[closing].start].strip(),
                after=b" " + sql[found[closing].end : token.start].strip(),
                input_format=name.text.decode("ascii"),
                data_start=_after_newline(sql, name.end),
            )
    return None


def _closing_bracket(found: list[Token], opening: int) -> int:
    depth = found[opening].depth
    for index in range(opening + 1, len(found)):
        if found[index].depth == depth:
            return index
    raise syntax_error("Unmatched parentheses: (")
