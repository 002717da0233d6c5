"""One JSON object a line."""

from collections.abc import Callable, Iterator
from itertools import chain, islice
from typing import Any

import msgspec

from ingest.importer.expressions import Columns
from ingest.importer.input_file import InputFile
from ingest.importer.sources import Row
from ingest.importer.sources.json_records import UNREADABLE, RawRecord, json_records

# Records whose members make up the known columns.
SAMPLE = 1_000

_decoder = msgspec.json.Decoder(dict[str, Any])
_encoder = msgspec.json.Encoder()


class JsonColumns:
    """Members of objects, those within others as `outer.inner`; null is missing."""

    def __init__(self, names: set[str]) -> None:
        self.names = sorted(names)

    def getter(self, name: str) -> Callable[[Any], Any] | None:
        if name not in self.names:
            return None
        if "." not in name:
            return lambda record: record.get(name)
        return lambda record: member(record, name)


class NdjsonRows:
    """`columns` adds to the members that the first records have."""

    def __init__(
        self,
        file: InputFile,
        columns: tuple[str, ...] = (),
        records: Iterator[RawRecord] | None = None,
    ) -> None:
        rows = map(_row, json_records(file) if records is None else records)
        sample = list(islice(rows, SAMPLE))
        self._rows = chain(sample, rows)
        names = set(columns)
        for row in sample:
            if row.problem is None:
                names.update(member_names(row.record))
        self.columns: Columns = JsonColumns(names)

    def rows(self) -> Iterator[Row]:
        return self._rows

    def text(self, record: Any) -> str:
        return record if isinstance(record, str) else _encoder.encode(record).decode()


def _row(record: RawRecord) -> Row:
    problem = record.problem
    if problem is None:
        try:
            return Row(record.number, _decoder.decode(record.content))
        except UNREADABLE as error:
            problem = str(error)
    text = record.content.decode(errors="backslashreplace")
    return Row(record.number, text, f"not a JSON object: {problem}")


def member_names(record: dict[str, Any], prefix: str = "") -> Iterator[str]:
    for name, value in record.items():
        yield prefix + name
        if isinstance(value, dict):
            yield from member_names(value, f"{prefix}{name}.")


def member(record: Any, path: str) -> Any:
    """A member that itself has a dot in its name is found before one that is nested."""
    if not isinstance(record, dict):
        return None
    if path in record:
        return record[path]
    head, separator, rest = path.partition(".")
    return member(record.get(head), rest) if separator else None
