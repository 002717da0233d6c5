"""What each dbt data test demands, in words, for those who read its outcomes and not its yml."""

from collections.abc import Mapping, Sequence
from typing import Any


def describe(node: Mapping[str, Any]) -> str:
    """Of a test in dbt's manifest; one that has no name of its own is told by its arguments.

    The name of a test that somebody named is a sentence: `assert_every_raw_event_is_built`.
    """
    generic = node.get("test_metadata") or {}
    kind, name = str(generic.get("name", "")), str(node["name"])
    told = str(node.get("description") or "")
    if kind and name.startswith(f"{kind}_"):
        return told or _of_kind(kind, generic.get("kwargs", {}))
    return f"{_sentence(name)} {told}".strip()


def _sentence(name: str) -> str:
    words = name.removeprefix("assert_").removeprefix("warn_").replace("_", " ")
    return f"{words[:1].upper()}{words[1:]}."


def _of_kind(kind: str, arguments: Mapping[str, Any]) -> str:
    column = str(arguments.get("column_name") or "")
    columns: Sequence[str] = arguments.get("columns") or [column]
    match kind:
        case "unique" | "unique_key" | "unique_combination":
            return f"One row per ({', '.join(columns)})."
        case "not_null" | "not_empty":
            return f"{column} is never empty."
        case "accepted_values":
            return f"{column} is {_alternatives(arguments['values'])}."
        case "expression_is_true":
            return f"In every row {arguments['expression']}."
        case _:
            return _sentence(kind)


def _alternatives(values: Sequence[object]) -> str:
    *others, last = (
        str(value).lower() if isinstance(value, bool) else str(value) for value in values
    )
    return f"{', '.join(others)} or {last}" if others else last
