"""What a new installation needs first: dbt's manifest and an account.

Each function looks whether there is anything to do, so that every start may call it.
"""

import json
import os
from dataclasses import asdict
from pathlib import Path

from sqlalchemy.orm import Session

from stack.control_plane import control_plane
from stack.environment import Environment
from stack.errors import shown
from stack.installation import Installation
from stack.settings import PROJECT_ROOT


def make_manifest() -> Path:
    """dbt's manifest of the project as it is on disk; some 6 s when a model has changed."""
    from orchestration.manifest import DbtParseError, ensure_manifest

    project = PROJECT_ROOT / "dbt_project"
    with shown(DbtParseError):
        return ensure_manifest(project, project / "target")


def create_first_login(environment: Environment) -> bool:
    """Create owner, project and write key if nobody has an account; True when created.

    The file is written before the transaction ends: a login that exists can always be read.
    """
    installation = Installation.of(environment)

    def create(session: Session) -> bool:
        from control_plane.bootstrap import ensure_first_account

        login = ensure_first_account(session)
        if login is not None:
            installation.first_login_file.unlink(missing_ok=True)
            descriptor = os.open(
                installation.first_login_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600
            )
            with os.fdopen(descriptor, "w") as file:
                json.dump(asdict(login), file, indent=2)
        return login is not None

    with control_plane(environment) as database:
        return database.run(create)
