"""Alembic migrations, run from code so that no ini file has to be found at run time.

All pending revisions run in one transaction under an advisory lock: two starters do not race,
and a revision that fails leaves the database as it was, so the same command can be run again.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import SQLAlchemyError

from control_plane.database import sync_engine
from control_plane.errors import ControlPlaneError

LOCATION = Path(__file__).parent
ADVISORY_LOCK = (
    0x616E616C  # "anal(ytics)" in ASCII; any constant that nothing else in the database uses
)


class MigrationError(ControlPlaneError):
    """A revision failed; the database is as it was before."""

    def __init__(self, revision: str, reason: str) -> None:
        super().__init__(
            f"Control-plane migration {revision} failed: {reason}. Nothing was changed; "
            "mend the cause and run the migration again."
        )
        self.revision = revision
        self.reason = reason


def upgrade(database_url: str, revision: str = "head", *, location: Path = LOCATION) -> str:
    """Bring the database to `revision` and return the revision it is at."""
    config = configuration(location)
    engine = sync_engine(database_url)
    try:
        with engine.begin() as connection:
            connection.execute(select(func.pg_advisory_xact_lock(ADVISORY_LOCK)))
            run_revisions(config, connection, revision)
            return MigrationContext.configure(connection).get_current_revision() or "base"
    finally:
        engine.dispose()


def current_revision(database_url: str) -> str | None:
    """The revision the database is at, or None before the first migration."""
    engine = sync_engine(database_url)
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()


def head_revision() -> str | None:
    """The newest revision that this version of the program knows."""
    return ScriptDirectory.from_config(configuration()).get_current_head()


def configuration(location: Path = LOCATION) -> Config:
    config = Config()
    config.set_main_option("script_location", str(location).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def run_revisions(config: Config, connection: Connection, revision: str) -> None:
    before = MigrationContext.configure(connection).get_current_revision() or "base"
    pending = [
        script.revision
        for script in ScriptDirectory.from_config(config).iterate_revisions(revision, before)
    ]
    applied: list[str] = []
    config.attributes["connection"] = connection
    config.attributes["on_version_apply"] = lambda *, step, **_: applied.append(step.up_revision_id)
    try:
        command.upgrade(config, revision)
    except SQLAlchemyError as error:
        failed = pending[::-1][len(applied)] if len(applied) < len(pending) else revision
        raise MigrationError(failed, str(getattr(error, "orig", None) or error).strip()) from error
