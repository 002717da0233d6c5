"""Web access logs in the combined format of Apache and nginx."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from ingest.importer.expressions import Columns
from ingest.importer.input_file import InputFile
from ingest.importer.sources import FlatColumns, Row

COLUMNS = [
    "address",
    "identity",
    "user",
    "time",
    "method",
    "target",
    "path",
    "query",
    "protocol",
    "status",
    "bytes",
    "referrer",
    "user_agent",
    "site",
]

QUOTED = r'"((?:[^"\\]|\\.)*)"'
# Named, so that the message about a bad line can say where it stopped being a log line.
PARTS = [
    ("the address", r"(\S+)"),
    ("the identity", r" (\S+)"),
    ("the user", r" (\S+|[^\[]+?)"),
    ("the time", r" \[(\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4})\]"),
    ("the request", f" {QUOTED}"),
    ("the status", r" (\d{3})"),
    ("the size", r" (\d+|-)"),
    ("the referrer", f" {QUOTED}"),
    ("the user agent", f" {QUOTED}"),
]
# Servers are often told to append fields of their own.
LINE = re.compile("".join(pattern for _, pattern in PARTS) + r"(?: .*)?\s*$")
ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|.)")
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
MONTH_NUMBER = {name: number for number, name in enumerate(MONTHS, start=1)}


class CombinedLog:
    def __init__(self, file: InputFile, *, site: str = "") -> None:
        self.columns: Columns = FlatColumns(COLUMNS)
        self._file = file
        self._site = site.rstrip("/")

    def rows(self) -> Iterator[Row]:
        for number, raw in enumerate(self._file.lines(), start=1):
            # Servers log the bytes that clients send; what is not UTF-8 stays legible as \xe9.
            line = raw.decode(errors="backslashreplace")
            if line.strip():
                yield self._row(number, line)

    def text(self, record: Any) -> str:
        return record if isinstance(record, str) else str(record[-1])

    def _row(self, number: int, line: str) -> Row:
        match = LINE.match(line)
        if match is None:
            return Row(number, line, where_it_stops(line))
        address, identity, user, time, request, status, size, referrer, agent = match.groups()
        try:
            moment = parse_log_time(time)
        except (KeyError, ValueError, OverflowError):
            return Row(number, line, f"{time!r} is not a time")
        method, target, protocol = split_request(unescape(request))
        if not target:
            return Row(number, line, f"the request {request[:60]!r} names no page")
        path, _, query = target.partition("?")
        return Row(
            number,
            (
                address,
                absent(identity),
                absent(user),
                moment,
                method,
                target,
                path,
                query,
                protocol,
                int(status),
                "" if size == "-" else int(size),
                absent(unescape(referrer)),
                absent(unescape(agent)),
                self._site,
                line,
            ),
        )


def where_it_stops(line: str) -> str:
    pattern = ""
    for name, part in PARTS:
        if re.match(pattern + part + r"(?=\s|$)", line) is None:
            return f"not the combined log format: {name} is missing or malformed"
        pattern += part
    return "not the combined log format"


def absent(value: str) -> str:
    return "" if value == "-" else value


def unescape(text: str) -> str:
    r"""Undo \" \\ and \xhh, which servers write for quotes and control characters."""
    if "\\" not in text:
        return text
    return ESCAPE.sub(_unescaped, text)


def _unescaped(match: re.Match[str]) -> str:
    code = match[1]
    if len(code) == 1:
        return {"n": "\n", "t": "\t", "r": "\r"}.get(code, code)
    byte = int(code[1:], 16)
    # Bytes beyond ASCII may be halves of a character, and control characters are of no use.
    return chr(byte) if 0x20 <= byte < 0x7F else match[0]


def split_request(request: str) -> tuple[str, str, str]:
    """Method, target and protocol; the target is '' if the request is not of that form."""
    method, _, rest = request.partition(" ")
    target, _, protocol = rest.rpartition(" ")
    if not target and not protocol.startswith("HTTP/"):
        target, protocol = protocol, ""
    return (method, target, protocol) if method.isalpha() else ("", "", "")


def parse_log_time(text: str) -> datetime:
    """`17/May/2015:10:05:03 +0200` in UTC; by hand, as strptime reads the locale's months."""
    zone = _zone(text[21:])
    return datetime(
        int(text[7:11]),
        MONTH_NUMBER[text[3:6]],
        int(text[0:2]),
        int(text[12:14]),
        int(text[15:17]),
        int(text[18:20]),
        tzinfo=zone,
    ).astimezone(UTC)


def _zone(offset: str) -> timezone:
    if offset in ("+0000", "-0000"):
        return UTC
    sign = -1 if offset[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(offset[1:3]), minutes=int(offset[3:5])))
