"""Why an event or a whole request is refused."""

import re

import msgspec

from ingest.protocols import brackets

# What msgspec raises for bytes that are not the JSON asked for.
DECODE_ERRORS = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)

_WITH_PATH = re.compile(r"(?P<reason>.*) - at `\$\.?(?P<field>.*)`", re.DOTALL)
_BYTE = re.compile(r" \(byte (\d+)\)$")
_PACKED = (b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"\x78\x01", b"\x78\x9c", b"\x78\xda")


class Rejection(Exception):  # noqa: N818 - it is an outcome that is stored and reported
    """An event is refused; `code` is a stable slug listed in docs/reference/ingest-api.md."""

    def __init__(self, code: str, reason: str, field: str = "") -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.field = field


class MalformedBody(Exception):  # noqa: N818 - the name says what is wrong with the body
    """A body that is not the JSON expected; the message says where, `position` is its byte."""

    def __init__(self, reason: str, position: int | None = None) -> None:
        super().__init__(reason)
        self.position = position


def of_event(error: Exception, text: bytes, within: str = "") -> Rejection:
    """For what msgspec raised while decoding the text of an event, or of the object `within` it."""
    match error:
        case UnicodeDecodeError():
            place = f"byte {_position(error, text)}" + (f" of {within}" if within else "")
            return Rejection("invalid_utf8", f"not UTF-8 ({place})", within)
        case RecursionError():
            depth, _, field = brackets.deepest(text)
            return Rejection("too_deep", f"nested too deeply, {depth} levels", within or field)
        case msgspec.ValidationError():
            return _of_type(str(error), within)
    if not text:
        return Rejection("malformed_json", "a comma too many: there is no event behind it")
    return Rejection("malformed_json", str(error), within)


def of_body(error: Exception, body: bytes) -> MalformedBody:
    """The same for a body; points at the byte, the line and the column."""
    message = str(error)
    if isinstance(error, msgspec.ValidationError):
        rejection = _of_type(message)
        return MalformedBody(f"{rejection.reason} at {rejection.field or 'the top level'}")
    if encoding := _other_encoding(body):
        return MalformedBody(f"the body is {encoding}, not JSON in UTF-8", 0)
    position = _position(error, body)
    reason = _BYTE.sub("", message.removeprefix("JSON is malformed: "))
    if isinstance(error, UnicodeDecodeError):
        reason = "not UTF-8"
    elif isinstance(error, RecursionError):
        depth, position, field = brackets.deepest(body)
        reason = f"nested too deeply, {depth} levels" + (f" in {field}" if field else "")
    elif not body:
        reason = "the body is empty"
    line = body.count(b"\n", 0, position) + 1
    column = position - body.rfind(b"\n", 0, position)
    return MalformedBody(f"{reason}, at byte {position} (line {line}, column {column})", position)


def _other_encoding(body: bytes) -> str:
    """What senders take for JSON in UTF-8 now and then; '' if it is none of that."""
    if body.startswith(_PACKED):
        return "compressed twice"
    if body.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in body[:2]:
        return "UTF-16 or UTF-32"
    return ""


def _of_type(message: str, within: str = "") -> Rejection:
    match = _WITH_PATH.fullmatch(message)
    reason, path = (match["reason"], match["field"]) if match else (message, "")
    field = ".".join(part for part in (within, path.replace("[...]", "")) if part)
    code = "number_out_of_range" if "out of range" in reason else "invalid_type"
    return Rejection(code, reason.replace("`", ""), field)


def _position(error: Exception, body: bytes) -> int:
    if found := _BYTE.search(str(error)):
        # msgspec points behind the first of trailing characters, and at the culprit otherwise.
        return int(found[1]) - ("trailing characters" in str(error))
    try:
        body.decode()
    except UnicodeDecodeError as undecodable:
        return undecodable.start
    return len(body)
