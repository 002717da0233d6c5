"""What a JSON Schema of a tracking plan may be, and how one is compiled.

Ingest runs these schemas on every event of every project, so whatever could make that slow or
reach out of the process is refused when the schema is written: references to other documents,
recursion, schemas that unfold to more than `MAX_UNFOLDED` parts, patterns that need backtracking.
"""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import unquote

import jsonschema_rs

MAX_SCHEMA_BYTES = 64 * 1024
MAX_DEPTH = 64
MAX_UNFOLDED = 5_000  # subschemas once every reference is replaced by its target
MAX_PATTERNS = 100
PATTERN_BYTES = 256 * 1024  # of one compiled pattern
DIALECT = "https://json-schema.org/draft/2020-12/schema"

Schema = dict[str, Any]

_NAMED = ("properties", "patternProperties", "dependentSchemas", "$defs")
_LISTED = ("allOf", "anyOf", "oneOf", "prefixItems")
_SINGLE = (
    "items", "contains", "not", "if", "then", "else", "additionalProperties", "propertyNames",
    "unevaluatedItems", "unevaluatedProperties",
)  # fmt: skip
_REFUSED = ("$id", "$anchor", "$dynamicRef", "$dynamicAnchor", "$vocabulary")


class PlanProblem(NamedTuple):
    """One thing that is wrong; `field` is its path in the document."""

    field: str
    reason: str
    code: str


class _Wrong(Exception):  # noqa: N818 - carries a problem out of a recursion
    def __init__(self, path: tuple[str, ...], reason: str, code: str) -> None:
        super().__init__(reason)
        self.problem = PlanProblem(".".join(path), reason, code)


def compile_schema(schema: Schema) -> jsonschema_rs.Draft202012Validator:
    """A validator that asserts formats, matches in linear time and never reads another document.

    Raises jsonschema_rs.ValidationError.
    """
    return jsonschema_rs.Draft202012Validator(
        schema,
        validate_formats=True,
        offline=True,
        pattern_options=jsonschema_rs.RegexOptions(
            size_limit=PATTERN_BYTES, dfa_size_limit=4 * PATTERN_BYTES
        ),
    )


def problems_of(schema: Any, path: str) -> list[PlanProblem]:
    """Everything that is wrong with the schema at `path`; none if it may be used."""
    if not isinstance(schema, dict):
        return [PlanProblem(path, "a schema is a JSON object", "invalid_schema")]
    root = tuple(path.split("."))
    try:
        _check_size(schema, root)
        found = dict.fromkeys(_meta_problem(error, root) for error in _meta().iter_errors(schema))
        if found:
            return list(found)
        _check_describes_object(schema, root)
        _check_references(schema, root)
        compile_schema(schema)
    except _Wrong as wrong:
        return [wrong.problem]
    except jsonschema_rs.ValidationError as error:
        return [_of_compiler(error, root)]
    return []


def depth_of(value: Any) -> int:
    """How deep lists and objects are nested; counts no further than a level beyond MAX_DEPTH."""
    level, depth = [value], 0
    while depth <= MAX_DEPTH:
        level = [
            member
            for each in level
            if isinstance(each, dict | list)
            for member in (each.values() if isinstance(each, dict) else each)
        ]
        if not level:
            break
        depth += 1
    return depth


def subschemas(schema: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Schemas directly below this one, each with its path from here."""
    for keyword in _NAMED:
        for name, each in schema.get(keyword, {}).items():
            yield (keyword, name), each
    for keyword in _LISTED:
        for index, each in enumerate(schema.get(keyword, [])):
            yield (keyword, str(index)), each
    for keyword in _SINGLE:
        if keyword in schema:
            yield (keyword,), schema[keyword]


def _check_size(schema: Schema, path: tuple[str, ...]) -> None:
    if depth_of(schema) > MAX_DEPTH:
        raise _Wrong(path, f"is nested more than {MAX_DEPTH} deep", "schema_too_large")
    size = len(json.dumps(schema, ensure_ascii=False).encode(errors="replace"))
    if size > MAX_SCHEMA_BYTES:
        reason = f"has {size} bytes, a schema may have {MAX_SCHEMA_BYTES}"
        raise _Wrong(path, reason, "schema_too_large")


def _check_describes_object(schema: Schema, path: tuple[str, ...]) -> None:
    kind = schema.get("type", "object")
    if "object" not in ([kind] if isinstance(kind, str) else kind):
        reason = f"describes the type {json.dumps(kind)}, but this is always an object"
        raise _Wrong((*path, "type"), reason, "invalid_schema")


def _check_references(schema: Schema, path: tuple[str, ...]) -> None:
    _Unfolding(schema, path).measure(schema, path)


class _Unfolding:
    """Walks a schema through its references and counts what they unfold to."""

    def __init__(self, root: Schema, path: tuple[str, ...]) -> None:
        self._root = root
        self._path = path
        self._open: set[int] = set()
        self._sizes: dict[int, int] = {}
        self._patterns = 0

    def measure(self, schema: Any, path: tuple[str, ...]) -> int:
        if not isinstance(schema, dict):
            return 1
        identity = id(schema)
        if identity in self._open:
            raise _Wrong(path, "refers to itself; recursion is not supported", "recursive_schema")
        if identity not in self._sizes:
            self._check_keywords(schema, path)
            self._open.add(identity)
            size = 1 + sum(
                self.measure(each, (*path, *below)) for below, each in subschemas(schema)
            )
            if "$ref" in schema:
                size += self.measure(self._target(schema["$ref"], path), (*path, "$ref"))
            self._open.discard(identity)
            if size > MAX_UNFOLDED:
                reason = f"unfolds to more than {MAX_UNFOLDED} subschemas"
                raise _Wrong(path, reason, "schema_too_large")
            self._sizes[identity] = size
        return self._sizes[identity]

    def _check_keywords(self, schema: Schema, path: tuple[str, ...]) -> None:
        if refused := next((keyword for keyword in _REFUSED if keyword in schema), None):
            raise _Wrong((*path, refused), "is not supported here", "unsupported_keyword")
        if schema.get("$schema", DIALECT).rstrip("#") != DIALECT:
            raise _Wrong((*path, "$schema"), f"must be {DIALECT}", "unsupported_keyword")
        if schema.get("format") == "regex":
            raise _Wrong((*path, "format"), "'regex' is not supported", "unsupported_keyword")
        self._patterns += ("pattern" in schema) + len(schema.get("patternProperties", ()))
        if self._patterns > MAX_PATTERNS:
            raise _Wrong(path, f"holds more than {MAX_PATTERNS} patterns", "schema_too_large")

    def _target(self, reference: str, path: tuple[str, ...]) -> Any:
        path = (*path, "$ref")
        if not reference.startswith("#"):
            reason = f"{reference!r} is another document; only #/… of this schema can be used"
            raise _Wrong(path, reason, "remote_reference")
        if reference != "#" and not reference.startswith("#/"):
            reason = f"{reference!r} is no pointer such as #/$defs/money"
            raise _Wrong(path, reason, "unresolved_reference")
        found: Any = self._root
        for part in unquote(reference).split("/")[1:]:
            key = part.replace("~1", "/").replace("~0", "~")
            try:
                found = found[int(key)] if isinstance(found, list) else found[key]
            except (KeyError, IndexError, ValueError, TypeError):
                reason = f"{reference!r} points at nothing"
                raise _Wrong(path, reason, "unresolved_reference") from None
        return found


@cache
def _meta() -> jsonschema_rs.Draft202012Validator:
    """4 MB, which only those who edit plans need."""
    return jsonschema_rs.Draft202012Validator({"$ref": DIALECT}, offline=True)


def _meta_problem(error: jsonschema_rs.ValidationError, root: tuple[str, ...]) -> PlanProblem:
    path = ".".join((*root, *map(str, error.instance_path)))
    if error.instance_path and error.instance_path[-1] == "type":
        reason = (
            "is none of array, boolean, integer, null, number, object, string, nor a list of them"
        )
        return PlanProblem(path, reason, "invalid_schema")
    return PlanProblem(path, error.message, "invalid_schema")


def _of_compiler(error: jsonschema_rs.ValidationError, root: tuple[str, ...]) -> PlanProblem:
    path = ".".join((*root, *map(str, error.instance_path)))
    if error.kind.name == "format":
        reason = (
            f"{error.message}: patterns are RE2-like (no look-around, no back-references) "
            f"and compile to at most {PATTERN_BYTES // 1024} KiB"
        )
        return PlanProblem(path, reason, "invalid_pattern")
    return PlanProblem(path, error.message, "invalid_schema")
