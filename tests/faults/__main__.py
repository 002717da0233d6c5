"""`python -m tests.faults` runs every fault in full and prints one JSON object as its last line.

Arguments go to pytest: `python -m tests.faults -k kills`.
"""

import json
import os
import sys
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pytest

TESTS = [
    "tests/faults",
    "tests/ingest/test_operations.py",
    "tests/ingest/loader/test_loader.py",
    "tests/ingest/log",
]
TOTALS = ("kills", "acked", "missing", "duplicates")


@dataclass
class Case:
    """A test: the worst outcome of its phases, the time of all, and what it has counted."""

    outcome: str = "passed"
    seconds: float = 0.0
    numbers: dict[str, Any] = field(default_factory=dict)

    def add(self, report: pytest.TestReport) -> None:
        self.seconds += report.duration
        self.numbers |= dict(report.user_properties)
        if report.outcome != "passed":
            self.outcome = report.outcome


class Summary:
    """A plugin of pytest that adds up the cases."""

    def __init__(self) -> None:
        self._cases: dict[str, Case] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._cases.setdefault(report.nodeid, Case()).add(report)

    def as_dict(self) -> dict[str, Any]:
        totals: Counter[str] = Counter()
        for case in self._cases.values():
            totals.update({name: case.numbers.get(name, 0) for name in TOTALS})
        return {
            **{name: totals[name] for name in TOTALS},
            "cases": len(self._cases),
            "cases_failed": sum(case.outcome == "failed" for case in self._cases.values()),
            "cases_skipped": sum(case.outcome == "skipped" for case in self._cases.values()),
            "seconds": round(sum(case.seconds for case in self._cases.values()), 1),
            "list": [
                {
                    "case": name.removeprefix("tests/"),
                    "outcome": case.outcome,
                    "seconds": round(case.seconds, 1),
                    **case.numbers,
                }
                for name, case in self._cases.items()
            ],
        }


def main() -> int:
    os.environ["FAULTS"] = "full"
    summary = Summary()
    status = pytest.main(["-q", "--tb=short", *TESTS, *sys.argv[1:]], plugins=[summary])
    sys.stdout.write(json.dumps(summary.as_dict()) + "\n")
    return int(status)


if __name__ == "__main__":
    sys.exit(main())
