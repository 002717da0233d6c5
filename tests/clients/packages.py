"""The npm packages of the clients, as tests/clients/node/package-lock.json has them."""

import hashlib
import json
import shutil
import subprocess
from pathlib import Path

from stack.web_bundle import find_npm

NODE = Path(__file__).parent / "node"


def install() -> Path:
    """`node_modules` with what is locked; `npm ci` would refuse it, see stack/web_bundle.py."""
    modules = NODE / "node_modules"
    stamp = modules / ".installed-from"
    wanted = hashlib.sha256((NODE / "package-lock.json").read_bytes()).hexdigest()
    if not (stamp.exists() and stamp.read_text() == wanted):
        npm = find_npm()
        subprocess.run(
            (*npm.command, "install", "--no-save", "--no-audit", "--no-fund", "--omit=optional"),
            cwd=NODE,
            env=npm.environment,
            check=True,
        )
        stamp.write_text(wanted)
    return modules


def version(package: str) -> str:
    manifest = json.loads((NODE / "node_modules" / package / "package.json").read_text())
    return str(manifest["version"])


def run_node(script: str, *words: str, **variables: str) -> str:
    """What a script of tests/clients/node prints, with these variables in its environment."""
    environment = {**find_npm().environment, **variables}
    node = shutil.which("node", path=environment["PATH"])
    assert node is not None
    result = subprocess.run(
        (node, script, *words),
        cwd=NODE,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout
