"""Running services over the real engines, with a project and its write key."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.orm import Session

from control_plane.database import Database
from control_plane.keys import KeyKind
from control_plane.repositories import api_keys, organisations, projects
from stack.engines import Postgres, Redis
from tests.ingest.services import Ingest, make_ingest, running

FRESH_PROJECTS = 50  # more than most modules have tests


@pytest.fixture
def own_ingest(
    tmp_path: Path, warehouse_url: str, database_url: str, redis_url: str
) -> Iterator[Ingest]:
    """API and loader of one's own, with an empty log, for tests that disturb them."""
    with running(make_ingest(tmp_path, warehouse_url, database_url, redis_url)) as ingest:
        yield ingest


@pytest.fixture(scope="session")
def _shared_ingest(
    tmp_path_factory: pytest.TempPathFactory,
    warehouse_url: str,
    postgres: Postgres,
    _database_template: str,
    _redis_server: Redis,
) -> Iterator[Ingest]:
    name = f"ingest_{uuid.uuid4().hex}"
    with psycopg.connect(postgres.url(driver="postgresql"), autocommit=True) as connection:
        connection.execute(f"create database {name} template {_database_template}")
    directory = tmp_path_factory.mktemp("ingest")
    made = make_ingest(directory, warehouse_url, postgres.url(name), _redis_server.url)
    with running(made) as ingest:
        yield ingest


@dataclass
class FreshProjects:
    """Projects that no test has used yet, with a write key each.

    Made many at a time: ingest looks for keys that it does not know at most once a second, and with
    a project made for each test, most tests would wait for that look.
    """

    database_url: str
    stock: list[tuple[str, str]] = field(default_factory=list)

    def take(self) -> tuple[str, str]:
        """The id and the write key of a project."""
        if not self.stock:
            with Database(self.database_url) as database:
                self.stock = database.run(_new_projects, FRESH_PROJECTS)
        return self.stock.pop()


@pytest.fixture(scope="session")
def _fresh_projects(_shared_ingest: Ingest) -> FreshProjects:
    return FreshProjects(_shared_ingest.database_url)


@pytest.fixture
def ingest(_shared_ingest: Ingest, _fresh_projects: FreshProjects) -> Ingest:
    """The services that tests share, with a fresh project."""
    project_id, write_key = _fresh_projects.take()
    return replace(_shared_ingest, project_id=project_id, write_key=write_key)


def _new_projects(session: Session, count: int) -> list[tuple[str, str]]:
    organisation_id = organisations.first(session).id
    made = []
    for _ in range(count):
        project = projects.create(session, organisation_id, uuid.uuid4().hex + " shop")
        key = api_keys.create_for_project(session, project.id, KeyKind.WRITE)
        made.append((project.id, key.plaintext))
    return made
