"""A plan as one YAML file that people edit and review.

Writing is a function of the document alone, a line a fact, in the document's own order, so a change
shows as its own lines and reading what was written gives the same document. Only the types of JSON
are read: `no` is text, and `2026-01-01` too. Anchors are refused, since a few of them can unfold to
any size, and so is a key that stands twice.
"""

import re
from typing import Any

import yaml

from control_plane.errors import InvalidValueError
from control_plane.tracking_plan.document import Document

MAX_FILE_BYTES = 4 * 1024 * 1024

_RESOLVERS = (
    ("null", r"null|~|", [*"~n", ""]),
    ("bool", r"true|false", [*"tf"]),
    ("int", r"-?(?:0|[1-9][0-9]*)", [*"-0123456789"]),
    ("float", r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?", [*"-0123456789"]),
)


class _Reader(yaml.SafeLoader):
    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.MarkedYAMLError(problem="aliases are not supported", problem_mark=mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        seen: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str):
                problem = f"the key {key!r} is not text: put it in quotes"
                raise yaml.MarkedYAMLError(problem=problem, problem_mark=key_node.start_mark)
            if key in seen:
                problem = f"the key {key!r} stands twice"
                raise yaml.MarkedYAMLError(problem=problem, problem_mark=key_node.start_mark)
            seen[key] = self.construct_object(value_node, deep=deep)
        return seen


class _Writer(yaml.SafeDumper):
    """Also quotes what other readers of YAML take for a boolean or a date."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True


for _name, _pattern, _first in _RESOLVERS:
    for _class in (_Reader, _Writer):
        _class.add_implicit_resolver(
            f"tag:yaml.org,2002:{_name}", re.compile(rf"(?:{_pattern})\Z"), _first
        )


def _text(writer: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = "|" if "\n" in value else None
    return writer.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Writer.add_representer(str, _text)


def dump(document: Document) -> str:
    return yaml.dump(document, Dumper=_Writer, sort_keys=False, allow_unicode=True, width=1_000_000)


def load(text: str) -> Any:
    """What the file says, not yet checked as a plan. Raises InvalidValueError with the line."""
    if len(text.encode(errors="replace")) > MAX_FILE_BYTES:
        raise InvalidValueError("file", f"has more than {MAX_FILE_BYTES} bytes")
    try:
        return yaml.load(text, Loader=_Reader)  # noqa: S506 - a SafeLoader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise InvalidValueError("file", f"{where}{error.problem}") from None
    except yaml.YAMLError as error:
        raise InvalidValueError("file", f"is not YAML: {error}") from None
    except RecursionError:
        raise InvalidValueError("file", "is nested too deeply") from None
