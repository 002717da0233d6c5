"""YAML with line numbers, so that what is wrong in a mapping can be pointed at."""

from dataclasses import dataclass
from typing import Any

import yaml
from yaml.constructor import SafeConstructor

from ingest.importer.errors import Problem


@dataclass(frozen=True)
class Located:
    """A value with its line, from 1. A mapping's values and a list's elements are Located too."""

    line: int
    value: Any

    @property
    def members(self) -> dict[str, "Located"]:
        return self.value if isinstance(self.value, dict) else {}


class YamlError(Exception):
    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def load(text: str) -> Located:
    """Read one document; raises YamlError for what is not YAML and for keys named twice."""
    loader = yaml.SafeLoader(text)
    try:
        node = loader.get_single_node()
        return Located(1, {}) if node is None else _located(node, loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise YamlError(Problem(line, f"not YAML: {error.problem}{_hint(error)}")) from None
    except yaml.YAMLError as error:
        raise YamlError(Problem(1, f"not YAML: {error}")) from None
    except RecursionError:
        raise YamlError(Problem(1, "not YAML: an alias holds itself")) from None
    finally:
        loader.dispose()


def _hint(error: yaml.MarkedYAMLError) -> str:
    if error.problem == "mapping values are not allowed here":
        return " (an expression that holds a colon goes on the lines below `name: >-`)"
    return ""


def _located(node: yaml.Node, constructor: SafeConstructor) -> Located:
    line = node.start_mark.line + 1
    match node:
        case yaml.MappingNode():
            return Located(line, _members(node, constructor))
        case yaml.SequenceNode():
            return Located(line, [_located(element, constructor) for element in node.value])
    return Located(line, _scalar(node, constructor))


def _scalar(node: yaml.Node, constructor: SafeConstructor) -> Any:
    try:
        return constructor.construct_object(node)
    except (ValueError, LookupError, AttributeError) as error:
        # What PyYAML lets through for 2020-13-45, `!!bool perhaps` and `!!timestamp soon`.
        reason = f": {error}" if isinstance(error, ValueError) else ""
        kind = node.tag.rpartition(":")[2]
        message = f"not YAML: {node.value!r} is no {kind}{reason}"
        raise YamlError(Problem(node.start_mark.line + 1, message)) from None


def _members(node: yaml.MappingNode, constructor: SafeConstructor) -> dict[str, Located]:
    members: dict[str, Located] = {}
    for key_node, value_node in node.value:
        key = str(_scalar(key_node, constructor))
        if key in members:
            raise YamlError(Problem(key_node.start_mark.line + 1, f"{key!r} is given twice"))
        members[key] = _located(value_node, constructor)
    return members
