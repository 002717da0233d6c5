"""`python -m semantic_layer.catalogue.models_page TARGET_DIR FILE`: writes the reference of the
marts from the manifest that `dbt parse` has left in TARGET_DIR."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from semantic_layer.catalogue.load import DOCUMENTED_DATABASE

HEAD = """# Models

Generated from the yml beside each model in `dbt_project/models`, by
`semantic_layer.catalogue.models_page`. Readers may name the tables of `analytics`. What they hold
where the input is bad: [bad input](bad-input.md).
"""
# What most readers look for comes first; topics that are not named here follow by name.
TOPICS = (
    *("events", "funnels", "hourly", "identity", "people", "retention", "sessions"),
    *("catalogue", "revenue", "builds", "quality"),
)

Node = Mapping[str, Any]


def render(target_dir: Path) -> str:
    nodes = json.loads((target_dir / "manifest.json").read_text())["nodes"].values()
    models = [
        node
        for node in nodes
        if node["resource_type"] == "model" and node["schema"] == DOCUMENTED_DATABASE
    ]
    return HEAD + "".join(map(section, sorted(models, key=place)))


def place(model: Node) -> tuple[int, str, str]:
    """By the folder below `marts`, then by name."""
    topic = str(model["fqn"][-2])
    rank = TOPICS.index(topic) if topic in TOPICS else len(TOPICS)
    return (rank, topic, str(model["name"]))


def section(model: Node) -> str:
    rows = "".join(map(row, model["columns"].values()))
    head = "| column | type | meaning |\n|---|---|---|\n"
    return f"\n## {model['name']}\n\n{one_line(model['description'])}\n\n{head}{rows}"


def row(column: Node) -> str:
    meaning = one_line(column["description"])
    return f"| `{column['name']}` | `{column['data_type']}` | {meaning} |\n"


def one_line(text: str) -> str:
    return " ".join(text.split())


if __name__ == "__main__":
    Path(sys.argv[2]).write_text(render(Path(sys.argv[1])), encoding="utf-8")
