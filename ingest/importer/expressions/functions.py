"""Functions of one record.

`docs/reference/import-mapping.md` lists them; a test compares the two.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, DecimalException
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo, available_timezones

from ingest.importer.expressions.countries import country_code
from ingest.importer.expressions.values import (
    EvaluationError,
    Number,
    Value,
    as_number,
    as_text,
    in_utc,
    shown,
)

Call = Callable[..., Value]


class ConstantError(Exception):
    """A constant argument is impossible; found when the mapping is read, not on a line."""


@dataclass(frozen=True)
class Function:
    """`call` takes the arguments, all of them present unless `takes_missing`.

    With `constants_from`, the arguments from there on must be constants; `call` takes them and
    returns what takes the others, so that they are checked once and before the first record.
    """

    call: Call
    minimum: int
    maximum: int
    takes_missing: bool = False
    constants_from: int | None = None

    @property
    def arity(self) -> str:
        if self.minimum == self.maximum:
            return f"{self.minimum} argument{'s' if self.minimum > 1 else ''}"
        return f"{self.minimum} to {self.maximum} arguments"


def whole_number(value: Value) -> int:
    number = as_number(value)
    if number is None or number != int(number):
        raise EvaluationError(f"{shown(value)} is not a whole number")
    return int(number)


def text_function(function: Callable[..., Value]) -> Call:
    return lambda *values: function(*(as_text(value) for value in values))


def coalesce(*values: Value) -> Value:
    return next((value for value in values if value is not None), None)


def concat(*values: Value) -> str:
    return "".join(as_text(value) or "" for value in values)


def round_number(value: Value, digits: Value = 0) -> Number | None:
    """Halves are rounded away from zero."""
    places = whole_number(digits)
    if not 0 <= places <= 20:
        raise EvaluationError("round() keeps 0 to 20 digits")
    number = as_number(value)
    if not isinstance(number, Decimal):
        return number
    try:
        rounded = number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    except DecimalException:
        raise EvaluationError(f"{shown(value)} has too many digits to be rounded") from None
    return rounded if places else int(rounded)


def absolute(value: Value) -> Number | None:
    number = as_number(value)
    return -number if number is not None and number < 0 else number


def substring(text: Value, start: Value, length: Value = None) -> str:
    """Characters from `start`, which counts from 1."""
    whole, first = as_text(text) or "", whole_number(start)
    if first < 1:
        raise EvaluationError("substring() counts characters from 1")
    last = None if length is None else first - 1 + max(whole_number(length), 0)
    return whole[first - 1 : last]


def split_part(text: Value, separator: Value, number: Value) -> str | None:
    """The part with this number, which counts from 1; missing if there is none."""
    divider = as_text(separator)
    if not divider:
        raise EvaluationError("split_part() needs a separator")
    parts = (as_text(text) or "").split(divider)
    index = whole_number(number)
    return parts[index - 1] if 1 <= index <= len(parts) else None


def boolean(value: Value) -> bool:
    words = {"true": True, "yes": True, "y": True, "1": True, "t": True}
    words |= {"false": False, "no": False, "n": False, "0": False, "f": False}
    word = (as_text(value) or "").strip().lower()
    if word not in words:
        raise EvaluationError(f"{shown(value)} is neither true nor false")
    return words[word]


def time_zone(name: Value) -> ZoneInfo:
    if not isinstance(name, str) or name not in available_timezones():
        raise ConstantError(f"{shown(name)} is not an IANA time zone such as Europe/London")
    return ZoneInfo(name)


def parse_time(format_: Value = None, zone: Value = "UTC") -> Callable[[Value], datetime]:
    """Reader of times in UTC; `zone` holds for times without an offset of their own.

    Of a local time that a clock change repeats, the first is meant.
    """
    if format_ is not None and not isinstance(format_, str):
        raise ConstantError("the format of parse_time() must be text such as '%d.%m.%Y %H:%M'")
    local = time_zone(zone)

    def read(value: Value) -> datetime:
        moment = value if isinstance(value, datetime) else _read_time(value, format_)
        return in_utc(moment.replace(tzinfo=local) if moment.tzinfo is None else moment)

    return read


def _read_time(value: Value, format_: str | None) -> datetime:
    """As the text has it: without a zone if it names none."""
    text = (as_text(value) or "").strip()
    try:
        if not format_:
            return datetime.fromisoformat(text)
        return datetime.strptime(text, format_)  # noqa: DTZ007 - the caller adds the zone
    except ValueError:
        expected = f"of the form {format_!r}" if format_ else "in ISO 8601"
        raise EvaluationError(f"{shown(text)} is not a time {expected}") from None


UNITS = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}


def epoch_time(unit: Value = "s") -> Callable[[Value], datetime]:
    """Reader of counts since 1970."""
    if unit not in UNITS:
        raise ConstantError(f"the unit of epoch_time() is one of {', '.join(UNITS)}")

    def read(value: Value) -> datetime:
        count = as_number(value) or 0
        microseconds = int(count * 1_000_000 // UNITS[unit])
        try:
            return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)
        except OverflowError:
            raise EvaluationError(f"{shown(value)} {unit} since 1970 is no time") from None

    return read


def split_url(url: Value) -> "tuple[str, str, str]":
    """Host, path and query."""
    try:
        parts = urlsplit(as_text(url) or "")
        return parts.hostname or "", parts.path, parts.query
    except ValueError:
        raise EvaluationError(f"{shown(url)} is not a URL") from None


def url_parameter(url: Value, name: Value) -> str | None:
    values = parse_qs(split_url(url)[2]).get(as_text(name) or "")
    return values[0] if values else None


RESOURCE_TYPES = {
    "image": "png jpg jpeg gif svg webp ico bmp avif",
    "script": "js mjs map",
    "style": "css",
    "font": "woff woff2 ttf otf eot",
    "media": "mp4 webm mp3 ogg wav avi mov",
    "download": "pdf zip gz tgz tar bz2 xz rpm deb exe dmg iso",
    "data": "json xml rss atom txt csv",
}
BY_EXTENSION = {
    extension: kind
    for kind, extensions in RESOURCE_TYPES.items()
    for extension in extensions.split()
}


def resource_type(path: Value) -> str:
    """What a path asks for, by its extension; `page` when it has none of the known ones."""
    last = split_url(path)[1].rpartition("/")[2]
    return BY_EXTENSION.get(last.rpartition(".")[2].lower(), "page") if "." in last else "page"


FUNCTIONS: dict[str, Function] = {
    "number": Function(as_number, 1, 1),
    "integer": Function(whole_number, 1, 1),
    "boolean": Function(boolean, 1, 1),
    "text": Function(as_text, 1, 1),
    "round": Function(round_number, 1, 2),
    "abs": Function(absolute, 1, 1),
    "lower": Function(text_function(str.lower), 1, 1),
    "upper": Function(text_function(str.upper), 1, 1),
    "trim": Function(text_function(str.strip), 1, 1),
    "length": Function(text_function(len), 1, 1),
    "starts_with": Function(text_function(str.startswith), 2, 2),
    "ends_with": Function(text_function(str.endswith), 2, 2),
    "contains": Function(text_function(str.__contains__), 2, 2),
    "replace": Function(text_function(str.replace), 3, 3),
    "substring": Function(substring, 2, 3),
    "split_part": Function(split_part, 3, 3),
    "concat": Function(concat, 1, 50, takes_missing=True),
    "coalesce": Function(coalesce, 1, 50, takes_missing=True),
    "is_missing": Function(lambda value: value is None, 1, 1, takes_missing=True),
    "parse_time": Function(parse_time, 1, 3, constants_from=1),
    "epoch_time": Function(epoch_time, 1, 2, constants_from=1),
    "url_host": Function(lambda url: split_url(url)[0] or None, 1, 1),
    "url_path": Function(lambda url: split_url(url)[1] or None, 1, 1),
    "url_parameter": Function(url_parameter, 2, 2),
    "resource_type": Function(resource_type, 1, 1),
    "country_code": Function(text_function(country_code), 1, 1),
}
