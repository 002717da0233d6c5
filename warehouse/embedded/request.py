"""A query request taken apart: what is asked of the transport, what of the engine."""

import re
import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

from warehouse.embedded.errors import ClickHouseError, bad_request

Scope = Mapping[str, Any]

# Parameters that the interface itself uses (HTTPHandler.cpp); every other one names a setting.
_TRANSPORT = frozenset(
    {
        "query", "database", "default_format", "query_id", "session_id", "session_timeout",
        "session_check", "close_session", "user", "password", "quota_key", "role", "compress",
        "decompress", "wait_end_of_query", "buffer_size", "stacktrace", "client_protocol_version",
        "http_method", "param_",
    }
)  # fmt: skip
_OF_AN_UPLOAD = ("format", "types", "structure")
"""`NAME_structure` describes the uploaded file NAME; settings such as `date_time_input_format` end
in the same words.
"""
_SETTING_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*\Z")

DEFAULT_PROGRESS_INTERVAL_MS = 100
MAX_SESSION_SECONDS = 3600
DEFAULT_SESSION_SECONDS = 60


@dataclass(frozen=True, slots=True)
class SessionRequest:
    session_id: str
    timeout_seconds: int
    must_exist: bool
    closes: bool


class Parameters:
    """Query-string and form parameters as bytes; the last of equal names wins, as on a server."""

    def __init__(self, pairs: Iterable[tuple[bytes, bytes]]) -> None:
        self._values = {_text(name): value for name, value in pairs}

    @classmethod
    def of_query_string(cls, query_string: bytes) -> "Parameters":
        return cls(_pairs(query_string))

    def merged(self, other: Mapping[str, bytes]) -> "Parameters":
        merged = Parameters(())
        merged._values = {**self._values, **other}
        return merged

    def raw(self, name: str) -> bytes | None:
        return self._values.get(name)

    def get(self, name: str) -> str | None:
        value = self._values.get(name)
        return None if value is None else _text(value)

    def flag(self, name: str) -> bool:
        return self.get(name) in ("1", "true")

    def items(self) -> Iterable[tuple[str, bytes]]:
        return self._values.items()


def headers_of(scope: Scope) -> dict[str, str]:
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


@dataclass(frozen=True, slots=True)
class QueryRequest:
    method: str
    query: bytes
    query_id: str
    database: str | None
    role: str | None
    default_format: str | None
    session: SessionRequest | None
    settings: dict[str, str]
    params: dict[str, bytes]
    external_tables: dict[str, dict[str, str]]
    """Table name -> `format`, `types`, `structure` of an uploaded file."""
    accept_encoding: str
    wait_end_of_query: bool
    buffer_bytes: int
    compress: bool
    progress_interval_ms: int | None
    """How often the headers tell of progress; None for never."""
    native_revision: int
    """`client_protocol_version`: the revision in which the client reads Native."""

    @classmethod
    def of(
        cls,
        method: str,
        parameters: Parameters,
        headers: Mapping[str, str],
        uploads: Collection[str] = (),
    ) -> "QueryRequest":
        """`uploads` names the files that came with the request."""
        return cls(
            method=method,
            query=parameters.raw("query") or b"",
            query_id=parameters.get("query_id")
            or headers.get("x-clickhouse-query-id")
            or str(uuid.uuid4()),
            database=parameters.get("database") or headers.get("x-clickhouse-database"),
            role=parameters.get("role"),
            default_format=parameters.get("default_format") or headers.get("x-clickhouse-format"),
            session=_session(parameters),
            settings=_settings(parameters, uploads),
            params={
                name.removeprefix("param_"): value
                for name, value in parameters.items()
                if name.startswith("param_")
            },
            external_tables=_external_tables(parameters, uploads),
            accept_encoding=headers.get("accept-encoding", ""),
            wait_end_of_query=parameters.flag("wait_end_of_query")
            or parameters.flag("http_wait_end_of_query"),
            buffer_bytes=_number(parameters, "buffer_size", 0),
            compress=parameters.flag("compress"),
            progress_interval_ms=_progress_interval_ms(parameters),
            native_revision=_number(parameters, "client_protocol_version", 0),
        )


def _pairs(query_string: bytes) -> Iterator[tuple[bytes, bytes]]:
    for part in query_string.split(b"&"):
        if part:
            name, _, value = part.replace(b"+", b" ").partition(b"=")
            yield unquote_to_bytes(name), unquote_to_bytes(value)


def _text(value: bytes) -> str:
    return value.decode("utf-8", "surrogateescape")


def _number(parameters: Parameters, name: str, default: int) -> int:
    text = parameters.get(name)
    if not text:
        return default
    if not text.isdecimal():
        raise bad_request(f"{name} must be a whole number, not '{text}'")
    return int(text)


def _progress_interval_ms(parameters: Parameters) -> int | None:
    if not parameters.flag("send_progress_in_http_headers"):
        return None
    return _number(parameters, "http_headers_progress_interval_ms", DEFAULT_PROGRESS_INTERVAL_MS)


def _session(parameters: Parameters) -> SessionRequest | None:
    session_id = parameters.get("session_id")
    if not session_id:
        return None
    text = parameters.get("session_timeout") or str(DEFAULT_SESSION_SECONDS)
    if not text.isdecimal():
        raise ClickHouseError(374, "INVALID_SESSION_TIMEOUT", f"Invalid session timeout: '{text}'")
    if int(text) > MAX_SESSION_SECONDS:
        message = f"Session timeout '{text}' is larger than max_session_timeout: "
        raise ClickHouseError(374, "INVALID_SESSION_TIMEOUT", f"{message}{MAX_SESSION_SECONDS}.")
    return SessionRequest(
        session_id, int(text), parameters.flag("session_check"), parameters.flag("close_session")
    )


def _settings(parameters: Parameters, uploads: Collection[str]) -> dict[str, str]:
    describing = {f"{name}_{part}" for name in uploads for part in _OF_AN_UPLOAD}
    settings = {}
    for name, value in parameters.items():
        if name in _TRANSPORT or name.startswith("param_") or name in describing:
            continue
        if not _SETTING_NAME.match(name):
            raise ClickHouseError(115, "UNKNOWN_SETTING", f"Unknown setting '{name}'")
        settings[name] = _text(value)
    return settings


def _external_tables(parameters: Parameters, uploads: Collection[str]) -> dict[str, dict[str, str]]:
    described = {
        name: {part: parameters.get(f"{name}_{part}") for part in _OF_AN_UPLOAD} for name in uploads
    }
    return {
        name: {part: value for part, value in parts.items() if value is not None}
        for name, parts in described.items()
    }
