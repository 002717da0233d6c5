"""SQL that the guard must refuse, and SQL that it must let through."""

from pathlib import Path
from typing import NamedTuple


class Statement(NamedTuple):
    group: str
    sql: str


def read(name: str) -> list[Statement]:
    """Paragraphs of `<name>.sql`, with the `-- # heading` above them."""
    group, statements = "", []
    text = (Path(__file__).parent / f"{name}.sql").read_text("utf-8")
    for paragraph in text.split("\n\n"):
        lines = paragraph.strip().splitlines()
        while lines and lines[0].startswith("-- "):
            heading = lines.pop(0)
            group = heading.removeprefix("-- # ") if heading.startswith("-- # ") else group
        if lines:
            statements.append(Statement(group, "\n".join(lines)))
    return statements


ATTACKS = read("attacks")
LEGITIMATE = read("legitimate")
