"""How hard the faults hit: a little in `make test`, in full with FAULTS=full for `make faults`."""

import os
from typing import TypeVar

import pytest

IS_FULL = os.environ.get("FAULTS") == "full"

Amount = TypeVar("Amount", int, float)

# Cases that take long: deselected unless FAULTS=full, see conftest.py.
only_in_full = pytest.mark.only_in_full


def scaled(short: Amount, full: Amount) -> Amount:
    return full if IS_FULL else short
