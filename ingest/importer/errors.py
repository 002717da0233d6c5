"""What ends an import."""

from dataclasses import dataclass
from pathlib import Path


class ImportFailedError(Exception):
    """The import stopped; what was acknowledged stays, and the same command goes on from there."""


@dataclass(frozen=True)
class Problem:
    """Something wrong in a mapping file; lines count from 1."""

    line: int
    message: str


class MappingError(Exception):
    """The mapping cannot be used; `problems` holds all that was found, in file order."""

    def __init__(self, source: Path | str, problems: list[Problem]) -> None:
        self.source = source
        self.problems = sorted(problems, key=lambda problem: problem.line)
        super().__init__("\n".join(f"{source}:{p.line}: {p.message}" for p in self.problems))


class SourceError(Exception):
    """The file is not what it is said to be: unreadable, or without a usable header."""
