"""Real files that are not in the repository; tests over them skip where they are absent."""

import os
from pathlib import Path

import pytest

SAMPLE_DATA = Path(os.environ.get("ANALYTICS_SAMPLE_DATA", "../shared/data"))


def sample_file(name: str) -> Path:
    path = SAMPLE_DATA / name
    if not path.exists():
        pytest.skip(f"{path} is absent")
    return path.resolve()
