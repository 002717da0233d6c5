"""`python -m tests.faults.shifted_clock FILE MODULE` runs a service by a clock that is wrong.

FILE holds by how many seconds, and may change while the service runs. Wall clocks are shifted as
Python code of ours reads them; monotonic clocks are not, as in a machine whose clock is set.
"""

import importlib
import pkgutil
import runpy
import sys
import time
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

import ingest


class ShiftedDatetime:
    """Stands for the class `datetime` where only its methods are used."""

    def __init__(self, offset_file: Path) -> None:
        self._offset_file = offset_file

    def now(self, zone: tzinfo | None = None) -> datetime:
        return datetime.now(zone) + timedelta(seconds=float(self._offset_file.read_text()))

    def __call__(self, *arguments: Any, **named: Any) -> datetime:
        return datetime(*arguments, **named)

    def __getattr__(self, name: str) -> Any:
        return getattr(datetime, name)


def main(offset_file: Path, module: str) -> None:
    true_time, true_time_ns = time.time, time.time_ns
    for found in pkgutil.walk_packages(ingest.__path__, "ingest."):
        if not found.name.endswith("__main__"):
            importlib.import_module(found.name)
    time.time = lambda: true_time() + float(offset_file.read_text())
    time.time_ns = lambda: true_time_ns() + int(float(offset_file.read_text()) * 1e9)
    shifted = ShiftedDatetime(offset_file)
    for name, imported in list(sys.modules.items()):
        if name.startswith("ingest.") and getattr(imported, "datetime", None) is datetime:
            imported.datetime = shifted  # type: ignore[attr-defined]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
