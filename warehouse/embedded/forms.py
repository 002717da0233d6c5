"""Multipart bodies: form fields are parameters, uploaded files are tables of this query."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from email.message import Message
from typing import TYPE_CHECKING

from python_multipart import MultipartParser
from python_multipart.exceptions import MultipartParseError

from warehouse.embedded.body import Spool
from warehouse.embedded.errors import bad_request

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

MAX_FIELD_BYTES = 64 << 20
"""Of all fields together; clients send the statement as one. Files are limited by the disk."""


@dataclass(slots=True)
class Form:
    fields: dict[str, bytes] = field(default_factory=dict)
    files: dict[str, Spool] = field(default_factory=dict)


async def form_of(
    content_type: str, chunks: AsyncIterator[bytes], new_spool: Callable[[], Spool]
) -> Form:
    """The form in a multipart/form-data body, all of it; an empty one for other content types."""
    message = Message()
    message["content-type"] = content_type or "text/plain"
    if message.get_content_type() != "multipart/form-data":
        return Form()
    boundary = message.get_boundary()
    if not boundary:
        raise bad_request("multipart/form-data without a boundary")
    reader = _FormReader(new_spool)
    parser = MultipartParser(boundary.encode("latin-1"), reader.callbacks())
    try:
        async for chunk in chunks:
            parser.write(chunk)
        parser.finalize()
    except MultipartParseError as error:
        raise bad_request(f"The multipart body is damaged: {error}") from error
    return reader.form


class _FormReader:
    """Collects the parser's callbacks. A part with a file name is a file, any other a field."""

    def __init__(self, spool: Callable[[], Spool]) -> None:
        self.form = Form()
        self._new_spool = spool
        self._field_bytes = 0
        self.begin()

    def callbacks(self) -> "MultipartCallbacks":
        return {
            "on_part_begin": self.begin,
            "on_header_field": self.header_name,
            "on_header_value": self.header_value,
            "on_header_end": self.header_end,
            "on_headers_finished": self.headers_end,
            "on_part_data": self.data,
            "on_part_end": self.end,
        }

    def begin(self) -> None:
        self._headers = Message()
        self._header = [b"", b""]
        self._name = ""
        self._file: Spool | None = None
        self._value = bytearray()

    def header_name(self, data: bytes, start: int, end: int) -> None:
        self._header[0] += data[start:end]

    def header_value(self, data: bytes, start: int, end: int) -> None:
        self._header[1] += data[start:end]

    def header_end(self) -> None:
        name, value = self._header
        self._headers[name.decode("latin-1")] = value.decode("utf-8", "surrogateescape")
        self._header = [b"", b""]

    def headers_end(self) -> None:
        self._name = str(self._headers.get_param("name", "", "content-disposition"))
        if not self._name:
            raise bad_request("A part of the multipart body has no name")
        if self._headers.get_filename() is not None:
            self._file = self.form.files[self._name] = self._new_spool()

    def data(self, data: bytes, start: int, end: int) -> None:
        if self._file is not None:
            self._file.write(data[start:end])
            return
        self._field_bytes += end - start
        if self._field_bytes > MAX_FIELD_BYTES:
            raise bad_request(f"The fields of the form exceed {MAX_FIELD_BYTES} bytes")
        self._value += data[start:end]

    def end(self) -> None:
        if self._file is None:
            self.form.fields[self._name] = bytes(self._value)
