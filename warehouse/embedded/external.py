"""Uploaded files as temporary tables of one query."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from warehouse.embedded.body import Spool
from warehouse.embedded.errors import bad_request
from warehouse.embedded.lexer import quote_identifier

_PLAIN_COLUMN = {"type", "name", "data_type", "ephemeral_default", "primary_key_specifier"}


@dataclass(frozen=True, slots=True)
class ExternalTable:
    name: str
    input_format: str
    create: bytes
    """The statement that creates it: column names and types, kept in memory."""
    data: Spool

    @property
    def quoted_name(self) -> bytes:
        return quote_identifier(self.name.encode("utf-8", "surrogateescape"))


def external_tables(
    files: Mapping[str, Spool],
    described: Mapping[str, Mapping[str, str]],
    parse: Callable[[bytes], dict[str, Any] | None],
) -> tuple[ExternalTable, ...]:
    """One table a file; `described` holds each one's `structure` or `types`, and `format`."""
    return tuple(
        _external_table(name, data, described.get(name, {}), parse) for name, data in files.items()
    )


def _external_table(
    name: str,
    data: Spool,
    described: Mapping[str, str],
    parse: Callable[[bytes], dict[str, Any] | None],
) -> ExternalTable:
    structure = described.get("structure") or _numbered(described.get("types", ""))
    if not structure:
        raise bad_request(f"Neither structure nor types are given for external table {name}")
    create = (
        b"CREATE TEMPORARY TABLE "
        + quote_identifier(name.encode("utf-8", "surrogateescape"))
        + b" ("
        + structure.encode("utf-8", "surrogateescape")
        + b"\n) ENGINE = Memory"
    )
    _refuse_expressions(name, parse(create))
    return ExternalTable(name, described.get("format") or "TabSeparated", create, data)


def _numbered(types: str) -> str:
    """`UInt8,String` as columns _1 and _2; commas inside brackets belong to a type."""
    parts, depth, start = [], 0, 0
    for index, letter in enumerate(types):
        depth += (letter == "(") - (letter == ")")
        if letter == "," and depth == 0:
            parts.append(types[start:index])
            start = index + 1
    parts.append(types[start:])
    return ", ".join(f"_{number} {part.strip()}" for number, part in enumerate(parts, 1) if part)


def _refuse_expressions(name: str, tree: dict[str, Any] | None) -> None:
    """Names and types only: a default or another engine could read what the role may not."""
    columns = (tree or {}).get("columns_list", {})
    declared = columns.get("columns", {}).get("children", [])
    engine = (tree or {}).get("storage", {}).get("engine", {}).get("name")
    plain = all(column.keys() <= _PLAIN_COLUMN for column in declared)
    if engine != "Memory" or not declared or not plain or columns.keys() - {"type", "columns"}:
        raise bad_request(f"The structure of external table {name} must be names and types only")
