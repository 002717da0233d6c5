"""The web bundle is built when its sources changed, with whichever Node.js is there."""

from pathlib import Path

import pytest

from stack import web_bundle
from stack.web_bundle import Npm, find_npm, fingerprint, node_version


def sources(directory: Path) -> Path:
    (directory / "src").mkdir(parents=True)
    (directory / "src" / "main.tsx").write_text("export {}\n")
    (directory / "package.json").write_text("{}\n")
    return directory


def test_the_fingerprint_follows_content_and_names(tmp_path: Path) -> None:
    web = sources(tmp_path)
    before = fingerprint(web)
    assert fingerprint(web) == before
    (web / "src" / "main.tsx").write_text("export const a = 1\n")
    changed = fingerprint(web)
    (web / "src" / "main.tsx").rename(web / "src" / "app.tsx")
    assert len({before, changed, fingerprint(web)}) == 3


def test_what_is_built_does_not_count_as_source(tmp_path: Path) -> None:
    web = sources(tmp_path)
    before = fingerprint(web)
    for built in ("node_modules/react/index.js", "dist/index.html", "tsconfig.tsbuildinfo"):
        (web / built).parent.mkdir(parents=True, exist_ok=True)
        (web / built).write_text("built")
    assert fingerprint(web) == before


def test_versions_are_read_from_node(tmp_path: Path) -> None:
    node = tmp_path / "node"
    node.write_text("#!/bin/sh\necho v20.19.2\n")
    node.chmod(0o755)
    assert node_version(str(node)) == (20, 19, 2)
    node.write_text("#!/bin/sh\necho broken\n")
    assert node_version(str(node)) == (0,)


def test_an_old_node_of_the_system_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, line in (("node", "echo v18.20.0"), ("npm", "exit 1")):
        (tmp_path / name).write_text(f"#!/bin/sh\n{line}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")
    from_wheel = Npm(("node", "npm-cli.js"), tmp_path)
    monkeypatch.setattr(web_bundle, "_wheel_npm", lambda: from_wheel)
    assert find_npm() is from_wheel
    assert from_wheel.environment["PATH"].startswith(f"{tmp_path}:")
