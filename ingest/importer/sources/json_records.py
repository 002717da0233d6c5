"""JSON objects of a file as bytes: one a line, the elements of one array, or the rows of a CSV."""

import csv
import io
from collections.abc import Generator, Iterator
from typing import Any

import msgspec

from ingest.importer.errors import SourceError
from ingest.importer.input_file import MAX_LINE, InputFile, lines_of
from ingest.protocols import numbers

# Members that answers of the products' interfaces wrap their events in.
WRAPPERS = ("results", "batch", "events", "data")
# An array is read as a whole; what is larger has to come one object a line.
MAX_DOCUMENT = 1 << 30
PEEK = 1 << 16
BYTE_ORDER_MARK = b"\xef\xbb\xbf"

_list = msgspec.json.Decoder(list[msgspec.Raw])
_object = msgspec.json.Decoder(dict[str, msgspec.Raw])
_decode = msgspec.json.Decoder(float_hook=numbers.exact).decode
_encode = msgspec.json.Encoder(decimal_format="number").encode
UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


class RawRecord(msgspec.Struct, frozen=True, gc=False):
    """`number` is that of the line, or of the element of an array, through all of the file."""

    number: int
    content: bytes
    problem: str | None = None


def json_records(file: InputFile) -> Iterator[RawRecord]:
    """Records whose problem is None are one line of JSON or a part of a document that was read.

    Raises SourceError for a damaged file and for an array that is not JSON.
    """
    number = 0
    with file.damage_told():
        for stream in file.streams():
            number = yield from _records(stream, file, number)


def csv_records(file: InputFile, json_columns: frozenset[str]) -> Iterator[RawRecord]:
    """Rows of a CSV with a header as objects without their empty fields.

    Those of `json_columns` hold JSON, and stand in the object as what they mean.
    """
    lines = (line.decode("utf-8", "surrogateescape") + "\n" for line in file.lines())
    reader = csv.reader(lines)
    header = [name.strip().removeprefix("\ufeff") for name in next(reader, [])]
    while True:
        number = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield RawRecord(number, b"", f"not CSV: {error}")
            continue
        if row:
            yield _of_row(number, header, row, json_columns)


def _of_row(
    number: int, header: list[str], row: list[str], json_columns: frozenset[str]
) -> RawRecord:
    text = ",".join(row).encode("utf-8", "surrogateescape")
    if len(row) != len(header):
        return RawRecord(number, text, f"{len(row)} fields, the header has {len(header)}")
    record: dict[str, Any] = {}
    for name, value in zip(header, row, strict=True):
        if name in json_columns and value:
            try:
                record[name] = _decode(value)
            except UNREADABLE:
                return RawRecord(number, text, f"{name} is not JSON")
        elif value:
            record[name] = value
    try:
        return RawRecord(number, _encode(record))
    except UnicodeEncodeError:
        return RawRecord(number, text, "bytes that are not UTF-8")


def looks_like_csv(file: InputFile) -> bool:
    """By the name, with or without `.gz`."""
    return ".csv" in [suffix.lower() for suffix in file.path.suffixes[-2:]]


def _records(
    stream: io.BufferedReader, file: InputFile, number: int
) -> Generator[RawRecord, None, int]:
    """Those of one stream, counted on from `number`; returns the last number."""
    start = stream.peek(PEEK)[:PEEK].removeprefix(BYTE_ORDER_MARK).lstrip()
    if start.startswith(b"[") or (start.startswith(b"{") and _is_document(start)):
        return (yield from _of_document(stream, file, number))
    if stream.peek(3)[:3] == BYTE_ORDER_MARK:
        stream.read(3)
    for line in lines_of(stream):
        number += 1
        if len(line) > MAX_LINE:
            yield RawRecord(number, line, f"longer than {MAX_LINE} bytes")
        elif line and not line.isspace():
            yield RawRecord(number, line)
    return number


def _is_document(start: bytes) -> bool:
    """Whether an object is not one record of many: spread over lines, or a wrapper."""
    line = start.partition(b"\n")[0].strip()
    if line == b"{":
        return True
    wraps = any(b'"%s"' % name.encode() in line for name in WRAPPERS)
    try:
        return wraps and _wrapped(line) is not None
    except UNREADABLE:
        return wraps


def _of_document(
    stream: io.BufferedReader, file: InputFile, number: int
) -> Generator[RawRecord, None, int]:
    body = stream.read(MAX_DOCUMENT + 1)
    if len(body) > MAX_DOCUMENT:
        raise SourceError(
            f"{file.path} holds one JSON document of more than {MAX_DOCUMENT >> 30} GiB: "
            "write it one object a line, for example with `jq -c '.[]'`"
        )
    try:
        elements = _elements(body.removeprefix(BYTE_ORDER_MARK))
    except UNREADABLE as error:
        raise SourceError(f"{file.path} is not JSON: {error}") from None
    del body
    for element in elements:
        number += 1
        yield RawRecord(number, bytes(element))
    return number


def _elements(body: bytes) -> list[msgspec.Raw]:
    if body.lstrip().startswith(b"["):
        return _list.decode(body)
    wrapped = _wrapped(body)
    return [msgspec.Raw(body)] if wrapped is None else wrapped


def _wrapped(body: bytes) -> list[msgspec.Raw] | None:
    members = _object.decode(body)
    for name in WRAPPERS:
        if name in members and bytes(members[name]).startswith(b"["):
            return _list.decode(members[name])
    return None
