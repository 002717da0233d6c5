"""Finds the server binaries that Python wheels carry."""

from importlib.util import find_spec
from pathlib import Path

from stack.errors import StackError


def wheel_directory(package: str) -> Path:
    """Where `package` is installed; found without importing it."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise StackError(f"the package {package} is not installed: run `make up` again")
    return Path(spec.origin).parent
