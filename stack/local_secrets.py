"""Secrets of this machine's installation: made once, kept in DATA_DIR with mode 0600."""

import json
import os
import secrets
import tempfile
from pathlib import Path

from pydantic import BaseModel, Field, ValidationError

from stack.errors import StackError


def _new_secret() -> str:
    return secrets.token_urlsafe(32)


class LocalSecrets(BaseModel):
    """A field added later is generated the next time the file is read."""

    jwt_secret: str = Field(default_factory=_new_secret)
    refresh_token_secret: str = Field(default_factory=_new_secret)
    clickhouse_admin_password: str = Field(default_factory=_new_secret)
    clickhouse_reader_password: str = Field(default_factory=_new_secret)
    postgres_password: str = Field(default_factory=_new_secret)
    redis_password: str = Field(default_factory=_new_secret)


def load(data_directory: Path) -> LocalSecrets:
    """The secrets in `data_directory`, generated if this is the first call."""
    data_directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = data_directory / "secrets.json"
    kept = _read(path)
    complete = LocalSecrets(**kept)
    if complete.model_dump() == kept:
        return complete
    if kept:
        _replace(path, complete)
        return complete
    return _create(path, complete)


def _read(path: Path) -> dict[str, str]:
    try:
        content = path.read_text()
    except FileNotFoundError:
        return {}
    try:
        return LocalSecrets.model_validate_json(content).model_dump(exclude_unset=True)
    except ValidationError as error:
        raise StackError(
            f"{path} is damaged: restore it from a backup. Deleting it locks you out of the local "
            "databases, whose passwords it holds."
        ) from error


def _create(path: Path, content: LocalSecrets) -> LocalSecrets:
    """Write the file unless another command was faster; then its secrets are the ones."""
    draft = _draft(path, content)
    try:
        os.link(draft, path)
    except FileExistsError:
        return LocalSecrets(**_read(path))
    finally:
        draft.unlink()
    return content


def _replace(path: Path, content: LocalSecrets) -> None:
    _draft(path, content).replace(path)


def _draft(path: Path, content: LocalSecrets) -> Path:
    descriptor, name = tempfile.mkstemp(prefix=".secrets-", dir=path.parent)  # made with mode 0600
    with os.fdopen(descriptor, "w") as file:
        json.dump(content.model_dump(), file, indent=2)
        file.flush()
        os.fsync(file.fileno())
    return Path(name)
