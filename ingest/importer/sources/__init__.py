"""File formats: from bytes to records with line numbers."""

from collections.abc import Iterator
from typing import Any, NamedTuple, Protocol

from ingest.importer.expressions import Columns

Record = Any


class Row(NamedTuple):
    """A record with the number of its first line, from 1; or what is wrong with that line."""

    line: int
    record: Record
    problem: str | None = None


class Source(Protocol):
    """`columns` is known before the first row is read."""

    columns: Columns

    def rows(self) -> Iterator[Row]: ...

    def text(self, record: Record) -> str:
        """A record, or what stands in for a bad one, as the file has it."""


class FlatColumns:
    """Columns of records that are sequences; an empty text is missing."""

    def __init__(self, names: list[str]) -> None:
        self.names = names
        self._index = {name: index for index, name in enumerate(names)}

    def getter(self, name: str) -> Any:
        index = self._index.get(name)
        if index is None:
            return None
        return lambda record: None if record[index] == "" else record[index]
