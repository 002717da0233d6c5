"""Errors as a ClickHouse server words them: code, name and the HTTP status that goes with it."""

import re

_MESSAGE = re.compile(r"Code: (\d+)\. (?:DB::Exception: )?(.*)", re.DOTALL)
_NAME = re.compile(r"\(([A-Z][A-Z0-9_]*)\)\s*$")

UNKNOWN_EXCEPTION = 1002

# The server's own table (src/Server/HTTP/exceptionCodeToHTTPStatus.cpp); every other error is 500.
_STATUS_OF_NAMES = {
    400: """
        BAD_ARGUMENTS CANNOT_COMPILE_REGEXP CANNOT_PARSE_TEXT CANNOT_PARSE_ESCAPE_SEQUENCE
        CANNOT_PARSE_QUOTED_STRING CANNOT_PARSE_DATE CANNOT_PARSE_DATETIME CANNOT_PARSE_NUMBER
        CANNOT_PARSE_DOMAIN_VALUE_FROM_STRING CANNOT_PARSE_IPV4 CANNOT_PARSE_IPV6
        CANNOT_PARSE_UUID CANNOT_PARSE_INPUT_ASSERTION_FAILED DUPLICATE_COLUMN ILLEGAL_COLUMN
        THERE_IS_NO_COLUMN UNKNOWN_ELEMENT_IN_AST UNKNOWN_TYPE_OF_AST_NODE TOO_DEEP_AST
        TOO_BIG_AST UNEXPECTED_AST_STRUCTURE SYNTAX_ERROR INCORRECT_DATA TYPE_MISMATCH
        VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE
    """,
    401: "REQUIRED_PASSWORD",
    403: "UNKNOWN_USER WRONG_PASSWORD AUTHENTICATION_FAILED SET_NON_GRANTED_ROLE ACCESS_DENIED",
    404: """
        UNKNOWN_TABLE UNKNOWN_FUNCTION UNKNOWN_IDENTIFIER UNKNOWN_TYPE UNKNOWN_STORAGE
        UNKNOWN_DATABASE UNKNOWN_SETTING UNKNOWN_DIRECTION_OF_SORTING
        UNKNOWN_AGGREGATE_FUNCTION UNKNOWN_FORMAT UNKNOWN_DATABASE_ENGINE
        UNKNOWN_TYPE_OF_QUERY UNKNOWN_ROLE
    """,
    408: "TIMEOUT_EXCEEDED",
    411: "HTTP_LENGTH_REQUIRED",
    413: "QUERY_IS_TOO_LARGE",
    415: "UNSUPPORTED_MEDIA_TYPE",
    501: "NOT_IMPLEMENTED",
    503: "SOCKET_TIMEOUT CANNOT_OPEN_FILE CANNOT_SCHEDULE_TASK",
}
_STATUS_OF_NAME = {
    name: status for status, names in _STATUS_OF_NAMES.items() for name in names.split()
}


class ClickHouseError(Exception):
    """An error with the server's code and name, for example 60, UNKNOWN_TABLE."""

    def __init__(self, code: int, name: str, message: str, *, status: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.name = name
        self.message = message
        self.status = status or _STATUS_OF_NAME.get(name, 500)

    def text(self, version: str) -> str:
        """As the HTTP body carries it: `Code: 60. DB::Exception: … (UNKNOWN_TABLE) (version …)`."""
        origin = f"(version {version} (official build))"
        return f"Code: {self.code}. DB::Exception: {self.message} ({self.name}) {origin}\n"


def from_engine(error: BaseException) -> ClickHouseError:
    """The engine's message taken apart; text without a code becomes UNKNOWN_EXCEPTION."""
    text = str(error)
    if isinstance(error, UnicodeDecodeError):  # pybind11 failed on a message with raw bytes
        text = error.object.decode("utf-8", "replace")
    found = _MESSAGE.search(text)
    if found is None:
        return ClickHouseError(UNKNOWN_EXCEPTION, "UNKNOWN_EXCEPTION", text.strip())
    message = found.group(2).strip()
    name = _NAME.search(message)
    if name is None:
        return ClickHouseError(int(found.group(1)), "UNKNOWN_EXCEPTION", message)
    return ClickHouseError(int(found.group(1)), name.group(1), message[: name.start()].strip())


def syntax_error(message: str) -> ClickHouseError:
    return ClickHouseError(62, "SYNTAX_ERROR", message)


def bad_request(message: str) -> ClickHouseError:
    return ClickHouseError(36, "BAD_ARGUMENTS", message)


def access_denied(message: str) -> ClickHouseError:
    return ClickHouseError(497, "ACCESS_DENIED", message)


def read_only(message: str) -> ClickHouseError:
    return ClickHouseError(164, "READONLY", message)
