"""Lock files pin by hash and name no place to download from."""

import json
import re
from pathlib import Path

import pytest

from stack.settings import PROJECT_ROOT

ADDRESS = re.compile(r"https?://|git\+|file:")


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-node.lock"])
def test_python_locks_hold_pins_and_hashes_only(name: str) -> None:
    text = (PROJECT_ROOT / name).read_text()
    assert not ADDRESS.search(text)
    pins = re.findall(r"^\S+==\S+.*$", text, re.MULTILINE)
    assert pins
    assert all(pin.endswith("\\") for pin in pins), "every pin goes on with its hashes"


@pytest.mark.parametrize(
    "lock",
    [
        *PROJECT_ROOT.glob("*/package-lock.json"),
        PROJECT_ROOT / "tests" / "clients" / "node" / "package-lock.json",
    ],
    ids=lambda path: str(path.parent.name),
)
def test_npm_locks_record_integrity_but_no_address(lock: Path) -> None:
    packages = json.loads(lock.read_text())["packages"]
    assert [name for name, package in packages.items() if "resolved" in package] == []
    assert all(
        "integrity" in package or package.get("link") or package.get("inBundle")
        for name, package in packages.items()
        if name
    )
