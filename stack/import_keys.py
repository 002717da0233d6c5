"""The write keys of `analytics import`, one a project, kept with this machine's other secrets."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from control_plane.database import Database

KEY_NAME = "analytics import"


@dataclass(frozen=True)
class ImportKey:
    """`is_new`: ingest may not know it for some seconds yet."""

    plaintext: str
    is_new: bool


def key_for(database: "Database", project_id: str, file: Path) -> ImportKey:
    """The key kept for this project, or a new one if there is none or it was revoked."""
    from control_plane.keys import KeyKind, hash_key
    from control_plane.repositories import api_keys

    kept = _read(file)
    plaintext = kept.get(project_id)
    if plaintext and database.run(api_keys.active_by_hash, hash_key(plaintext)):
        return ImportKey(plaintext, is_new=False)
    created = database.run(api_keys.replace_named, project_id, KeyKind.WRITE, KEY_NAME)
    _write(file, {**kept, project_id: created.plaintext})
    return ImportKey(created.plaintext, is_new=True)


def _read(file: Path) -> dict[str, str]:
    try:
        kept: dict[str, str] = json.loads(file.read_text())
    except (OSError, ValueError):
        return {}
    return kept


def _write(file: Path, kept: dict[str, str]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_suffix(".tmp")
    temporary.touch(mode=0o600)
    temporary.write_text(json.dumps(kept, indent=2))
    temporary.replace(file)
