"""The dbt manifest: made by `dbt parse`, and only when the project's files have changed."""

import fcntl
import hashlib
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from orchestration.dbt_process import EXECUTABLE

SOURCE_SUFFIXES = frozenset({".sql", ".yml", ".yaml", ".csv", ".md", ".py"})
SOURCE_DIRECTORIES = (
    "models",
    "macros",
    "seeds",
    "tests",
    "snapshots",
    "analyses",
    "dbt_packages",
)
FINGERPRINT_FILE = "sources.sha256"


class DbtParseError(RuntimeError):
    """`dbt parse` refused the project; the message is dbt's own."""


def ensure_manifest(project_dir: Path, target_dir: Path) -> Path:
    """The path of a manifest that matches the project's files.

    Hashing the project takes a few ms, `dbt parse` some 6 s. Processes that start together wait
    for one of them to parse.
    """
    target_dir.mkdir(parents=True, exist_ok=True)
    manifest = target_dir / "manifest.json"
    fingerprint_file = target_dir / FINGERPRINT_FILE
    with _locked(target_dir / ".parse.lock"):
        fingerprint = sources_fingerprint(project_dir)
        if not (manifest.exists() and _content(fingerprint_file) == fingerprint):
            parse(project_dir, target_dir)
            fingerprint_file.write_text(fingerprint)
    return manifest


def sources_fingerprint(project_dir: Path) -> str:
    """A hash of the name and content of every file that dbt reads."""
    digest = hashlib.sha256()
    for path in sorted(_sources(project_dir)):
        digest.update(os.fspath(path.relative_to(project_dir)).encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def parse(project_dir: Path, target_dir: Path) -> None:
    command = [os.fspath(EXECUTABLE), "parse", "--project-dir", os.fspath(project_dir)]
    environment = {
        **os.environ,
        "DBT_TARGET_PATH": os.fspath(target_dir.resolve()),
        "DBT_LOG_PATH": os.fspath(target_dir.resolve()),
        "DBT_PROFILES_DIR": os.environ.get("DBT_PROFILES_DIR", os.fspath(project_dir)),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }
    result = subprocess.run(
        command, env=environment, cwd=project_dir, capture_output=True, text=True, check=False
    )
    if result.returncode != 0:
        raise DbtParseError(f"{result.stdout}\n{result.stderr}".strip())


def _sources(project_dir: Path) -> Iterator[Path]:
    yield from (path for path in project_dir.glob("*.yml") if path.is_file())
    for directory in SOURCE_DIRECTORIES:
        for path in (project_dir / directory).rglob("*"):
            if path.suffix in SOURCE_SUFFIXES and path.is_file():
                yield path


def _content(path: Path) -> str | None:
    return path.read_text() if path.exists() else None


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
