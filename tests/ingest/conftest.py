"""Running services over the real engines, with a project and its write key."""

import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.orm import Session

from control_plane.database import Database
from control_plane.keys import KeyKind
from control_plane.repositories import api_keys, organisations, projects
from stack.engines import Postgres, Redis
from tests.ingest.services import Ingest, make_ingest, running


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


@pytest.fixture
def ingest(_shared_ingest: Ingest) -> Ingest:
    """The services that tests share, with a fresh project."""
    with Database(_shared_ingest.database_url) as database:
        project_id, write_key = database.run(_new_project)
    return replace(_shared_ingest, project_id=project_id, write_key=write_key)


def _new_project(session: Session) -> tuple[str, str]:
    project = projects.create(session, organisations.first(session).id, uuid.uuid4().hex + " shop")
    key = api_keys.create_for_project(session, project.id, KeyKind.WRITE)
    return project.id, key.plaintext
