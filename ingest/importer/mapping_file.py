"""Mapping files as they are written, before they meet the columns of a source."""

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from ingest.importer.errors import MappingError, Problem
from ingest.importer.expressions import near
from ingest.importer.sources.csv_rows import CsvDialect
from ingest.importer.yaml_lines import Located, YamlError, load

FORMATS = ("combined_log", "csv", "ndjson", "segment", "posthog", "mixpanel", "amplitude")
SCALAR_FIELDS = (
    "type",
    "event",
    "timestamp",
    "user_id",
    "anonymous_id",
    "session_id",
    "event_id",
    "group_id",
    "previous_id",
)
OBJECT_FIELDS = ("properties", "traits", "context")
SETTINGS = ("format", "zone", "csv", "columns", "group", "skip")
CSV_SETTINGS = ("delimiter", "quote", "encoding", "columns")
# What a log line and a native event become when no mapping is given.
BUILT_IN = {"combined_log": "combined_log.yml", "ndjson": "native_events.yml"}


@dataclass(frozen=True)
class MappingFile:
    """`text` is what the journal is keyed by; `entries` holds every top-level member."""

    name: str
    text: str
    entries: dict[str, Located]

    @property
    def format(self) -> str | None:
        entry = self.entries.get("format")
        return entry.value if entry else None

    @property
    def zone(self) -> Located:
        return self.entries.get("zone", Located(1, "UTC"))

    @property
    def columns(self) -> tuple[str, ...]:
        return _texts(self.entries.get("columns"))

    @property
    def dialect(self) -> CsvDialect:
        entry = self.entries.get("csv")
        members = entry.members if entry else {}
        default = CsvDialect()
        return CsvDialect(
            delimiter=_text(members.get("delimiter"), default.delimiter),
            quote=_text(members.get("quote"), default.quote),
            encoding=_text(members.get("encoding"), default.encoding),
            columns=_texts(members.get("columns")),
        )


def read(path: Path) -> MappingFile:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8"
        raise MappingError(path, [Problem(1, f"cannot be read: {reason}")]) from None
    return parse(str(path), text)


def built_in(format_: str) -> MappingFile | None:
    """The mapping that a format has of its own; CSV has none."""
    name = BUILT_IN.get(format_)
    if name is None:
        return None
    text = (files("ingest.importer") / "mappings" / name).read_text(encoding="utf-8")
    return parse(f"built-in {name}", text)


def parse(name: str, text: str) -> MappingFile:
    try:
        document = load(text)
    except YamlError as error:
        raise MappingError(name, [error.problem]) from None
    if not isinstance(document.value, dict):
        raise MappingError(name, [Problem(document.line, "a mapping holds `name: value` lines")])
    problems = [*_unknown_members(document), *_bad_settings(document.members)]
    if problems:
        raise MappingError(name, problems)
    return MappingFile(name, text, document.members)


def _unknown_members(document: Located) -> list[Problem]:
    known = [*SETTINGS, *SCALAR_FIELDS, *OBJECT_FIELDS]
    problems = [
        Problem(entry.line, f"unknown member {name!r}{near(name, known)}")
        for name, entry in document.members.items()
        if name not in known
    ]
    csv = document.members.get("csv")
    problems += [
        Problem(entry.line, f"unknown member csv.{name}{near(name, list(CSV_SETTINGS))}")
        for name, entry in (csv.members if csv else {}).items()
        if name not in CSV_SETTINGS
    ]
    return problems


def _bad_settings(entries: dict[str, Located]) -> list[Problem]:
    problems = []
    format_, csv = entries.get("format"), entries.get("csv")
    if format_ and format_.value not in FORMATS:
        problems.append(Problem(format_.line, f"`format` is one of {', '.join(FORMATS)}"))
    if csv and not isinstance(csv.value, dict):
        problems.append(Problem(csv.line, "`csv` holds delimiter, quote, encoding and columns"))
    for name in ("delimiter", "quote"):
        entry = csv.members.get(name) if csv else None
        if entry and len(str(entry.value)) != 1:
            problems.append(Problem(entry.line, f"csv.{name} is one character"))
    encoding = csv.members.get("encoding") if csv else None
    if encoding and not _is_encoding(str(encoding.value)):
        problems.append(Problem(encoding.line, f"unknown encoding {encoding.value!r}"))
    return problems


def _is_encoding(name: str) -> bool:
    """Encodings whose line ends are those of ASCII, as lines are cut before they are decoded."""
    try:
        return "\n".encode(name) == b"\n" or name == "utf-8-sig"
    except LookupError:
        return False


def _text(entry: Located | None, default: str) -> str:
    return default if entry is None else str(entry.value)


def _texts(entry: Located | None) -> tuple[str, ...]:
    if entry is None or not isinstance(entry.value, list):
        return ()
    return tuple(str(element.value) for element in entry.value)
