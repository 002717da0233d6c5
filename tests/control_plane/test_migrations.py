import shutil
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from alembic import command
from sqlalchemy import inspect

from control_plane.database import sync_engine
from control_plane.migrations import (
    LOCATION,
    MigrationError,
    configuration,
    current_revision,
    head_revision,
    upgrade,
)
from stack.engines import Postgres

BROKEN_REVISION = """
from alembic import op
revision, down_revision, branch_labels, depends_on = "9999", "{head}", None, None

def upgrade() -> None:
    op.execute("CREATE TABLE half_done (id integer)")
    op.execute("ALTER TABLE no_such_table ADD COLUMN x integer")
"""


@pytest.fixture
def empty_database_url(postgres: Postgres) -> Iterator[str]:
    name = f"empty_{uuid.uuid4().hex}"
    with psycopg.connect(postgres.url(driver="postgresql"), autocommit=True) as connection:
        connection.execute(f"create database {name}")
        yield postgres.url(name)
        connection.execute(f"drop database {name} with (force)")


@pytest.fixture
def broken_location(tmp_path: Path) -> Path:
    """The shipped revisions and one more, which fails after its first statement."""
    location = tmp_path / "migrations"
    shutil.copytree(LOCATION, location, ignore=shutil.ignore_patterns("__pycache__"))
    broken = BROKEN_REVISION.format(head=head_revision())
    (location / "versions" / "9999_broken.py").write_text(broken)
    return location


def tables(database_url: str) -> set[str]:
    engine = sync_engine(database_url)
    try:
        return set(inspect(engine).get_table_names())
    finally:
        engine.dispose()


def test_an_upgrade_reaches_the_head_and_a_second_one_changes_nothing(
    empty_database_url: str,
) -> None:
    assert current_revision(empty_database_url) is None
    assert upgrade(empty_database_url) == head_revision()
    assert upgrade(empty_database_url) == head_revision()


def test_the_migrated_tables_are_those_of_the_models(database_url: str) -> None:
    config = configuration()
    engine = sync_engine(database_url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.check(config)
    engine.dispose()


def test_starters_that_race_apply_each_revision_once(empty_database_url: str) -> None:
    with ThreadPoolExecutor(4) as starters:
        reached = list(starters.map(upgrade, [empty_database_url] * 4))
    assert reached == [head_revision()] * 4


def test_a_failed_revision_is_named_undone_and_can_be_run_again(
    empty_database_url: str, broken_location: Path
) -> None:
    with pytest.raises(MigrationError, match=r"9999 failed.*no_such_table.*Nothing was changed"):
        upgrade(empty_database_url, location=broken_location)
    assert tables(empty_database_url) == set()

    (broken_location / "versions" / "9999_broken.py").unlink()
    assert upgrade(empty_database_url, location=broken_location) == head_revision()
    assert "projects" in tables(empty_database_url)


def test_a_failure_after_earlier_upgrades_keeps_what_was_there(
    database_url: str, broken_location: Path
) -> None:
    with pytest.raises(MigrationError):
        upgrade(database_url, location=broken_location)
    assert current_revision(database_url) == head_revision()
    assert "half_done" not in tables(database_url)


def test_a_downgrade_leaves_only_the_version_table(database_url: str) -> None:
    config = configuration()
    engine = sync_engine(database_url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    engine.dispose()
    assert tables(database_url) == {"alembic_version"}
    assert upgrade(database_url) == head_revision()
