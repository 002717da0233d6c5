from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from control_plane.database import Database


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with Database(database_url, pool_size=8) as opened:
        yield opened


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.sessions() as opened:
        yield opened
