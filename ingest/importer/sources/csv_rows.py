"""CSV and its relatives."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from typing import Any

from ingest.importer.errors import SourceError
from ingest.importer.expressions import Columns
from ingest.importer.input_file import MAX_LINE, InputFile
from ingest.importer.sources import FlatColumns, Row

csv.field_size_limit(MAX_LINE)


@dataclass(frozen=True)
class CsvDialect:
    """`columns` names the columns of a file without a header line."""

    delimiter: str = ","
    quote: str = '"'
    encoding: str = "utf-8-sig"
    columns: tuple[str, ...] = ()


class CsvRows:
    def __init__(self, file: InputFile, dialect: CsvDialect | None = None) -> None:
        self._file = file
        self._dialect = dialect or CsvDialect()
        self._undecodable = False
        self._reader = csv.reader(
            self._lines(), delimiter=self._dialect.delimiter, quotechar=self._dialect.quote
        )
        names = list(self._dialect.columns) or self._header()
        self._width = len(names)
        self.columns: Columns = FlatColumns(names)

    def rows(self) -> Iterator[Row]:
        while True:
            first_line = self._reader.line_num + 1
            try:
                record = next(self._reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield Row(first_line, "", f"not CSV: {error}")
                continue
            if record:
                yield Row(first_line, record, self._problem(record))

    def text(self, record: Any) -> str:
        if isinstance(record, str):
            return record
        line = StringIO()
        csv.writer(line, delimiter=self._dialect.delimiter, lineterminator="").writerow(record)
        return line.getvalue()

    def _lines(self) -> Iterator[str]:
        encoding = self._dialect.encoding
        for number, raw in enumerate(self._file.lines()):
            codec = "utf-8" if number and encoding == "utf-8-sig" else encoding
            try:
                yield raw.decode(codec) + "\n"
            except UnicodeDecodeError:
                self._undecodable = True
                yield raw.decode(codec, errors="backslashreplace") + "\n"

    def _header(self) -> list[str]:
        try:
            names = [name.strip() for name in next(self._reader)]
        except StopIteration:
            raise SourceError(f"{self._file.path} is empty") from None
        except csv.Error as error:
            raise SourceError(f"{self._file.path} has no readable header: {error}") from None
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            raise SourceError(f"the header names {', '.join(sorted(twice))} more than once")
        return names

    def _problem(self, record: list[str]) -> str | None:
        if self._undecodable:
            self._undecodable = False
            return f"bytes that are not {self._dialect.encoding.removesuffix('-sig')}"
        if len(record) != self._width:
            return f"{len(record)} fields, the header has {self._width}"
        return None
