"""Real engines for every test: started once a session, on free ports, in temporary directories.

Tests that share ClickHouse isolate themselves by a fresh project id; `database_url` gives each
test its own PostgreSQL database.
"""

import json
import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from unittest.mock import patch

import psycopg
import pytest
import redis
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from stack.engines import ClickHouse, Postgres, Redis
from stack.engines.foreground import running
from stack.ports import free_port
from tests.platform import Platform, running_platform

os.environ.update(
    DO_NOT_TRACK="1",
    DBT_SEND_ANONYMOUS_USAGE_STATS="false",
    DAGSTER_DISABLE_TELEMETRY="1",
    GX_ANALYTICS_ENABLED="false",
    MALLOC_ARENA_MAX="2",
)

TEMPLATE_DATABASE = "migrated_template"


class OneEngineAFolder(LoadScopeScheduling):  # type: ignore[misc]  # pytest-xdist is untyped
    """Which tests stay in one process: those that share an expensive fixture, else a module."""

    def _split_scope(self, nodeid: str) -> str:
        module = nodeid.partition("::")[0]
        folder = module.split("/")[1]
        return SHARED_FIXTURES.get(folder, module)


SHARED_FIXTURES = {
    "e2e": "the platform",
    "integration": "the platform",
    "orchestration": "Dagster",
    "clients": "the packages of npm",
    "semantic_layer": "the hand-made marts",
    "ai_sql": "a catalogue",
}


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> OneEngineAFolder:
    return OneEngineAFolder(config, log)


@pytest.fixture(autouse=True)
def _own_environment() -> Iterator[None]:
    """Commands export their settings, for the libraries that look for them in the environment."""
    with patch.dict(os.environ):
        yield


@pytest.fixture(scope="session")
def engine_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("engines")


@contextmanager
def _running_clickhouse(directory: Path) -> Iterator[ClickHouse]:
    engine = ClickHouse(directory / "clickhouse", free_port(), "admin-secret", "reader-secret")
    with running(engine.service(), directory / "clickhouse.log"):
        yield engine


@pytest.fixture(scope="session")
def clickhouse(engine_directory: Path) -> Iterator[ClickHouse]:
    with _running_clickhouse(engine_directory) as engine:
        yield engine


@pytest.fixture(scope="session")
def clickhouse_url(clickhouse: ClickHouse) -> str:
    return clickhouse.url


@pytest.fixture(scope="session")
def clickhouse_reader_url(clickhouse: ClickHouse) -> str:
    return clickhouse.reader_url


@pytest.fixture(scope="session")
def warehouse_url(clickhouse_url: str) -> str:
    """The shared ClickHouse with the raw schema in place."""
    from warehouse.client import connect
    from warehouse.migrations import migrate

    client = connect(clickhouse_url)
    migrate(client)
    client.close()
    return clickhouse_url


@pytest.fixture
def start_clickhouse() -> Iterator[Callable[[Path], str]]:
    """Start a gateway of one's own, for tests that stop it, fill it or configure it."""
    with ExitStack() as stack:

        def start(directory: Path) -> str:
            return stack.enter_context(_running_clickhouse(directory)).url

        yield start


@pytest.fixture(scope="session")
def postgres(engine_directory: Path) -> Iterator[Postgres]:
    engine = Postgres(engine_directory / "postgres", free_port(), "postgres-secret")
    with running(engine.service(), engine_directory / "postgres.log"):
        yield engine


@pytest.fixture(scope="session")
def postgres_url(postgres: Postgres) -> str:
    """The server's administrative database."""
    return postgres.url()


@pytest.fixture(scope="session")
def _database_template(postgres: Postgres) -> str:
    from control_plane.migrations import upgrade

    _execute(postgres, f"create database {TEMPLATE_DATABASE}")
    upgrade(postgres.url(TEMPLATE_DATABASE))
    return TEMPLATE_DATABASE


@pytest.fixture
def database_url(postgres: Postgres, _database_template: str) -> Iterator[str]:
    """A fresh, migrated database; cloning the template takes some 50 ms."""
    name = f"test_{uuid.uuid4().hex}"
    _execute(postgres, f"create database {name} template {_database_template}")
    yield postgres.url(name)
    _execute(postgres, f"drop database {name} with (force)")


@pytest.fixture(scope="session")
def _redis_server(engine_directory: Path) -> Iterator[Redis]:
    engine = Redis(engine_directory / "redis", free_port(), "redis-secret")
    with running(engine.service(), engine_directory / "redis.log"):
        yield engine


@pytest.fixture
def redis_url(_redis_server: Redis) -> str:
    """Redis, emptied before each test."""
    with redis.Redis.from_url(_redis_server.url) as client:
        client.flushall()
    return _redis_server.url


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """Everything, as `make up` starts it, with its sample traffic and the first build."""
    with running_platform(tmp_path_factory.mktemp("platform") / "data") as running:
        _assert_that_the_sample_is_built(running)
        yield running


def _assert_that_the_sample_is_built(platform: Platform) -> None:
    """Neither step is required for a start; every test that looks at marts would fail oddly."""
    from warehouse.client import connect

    sent = json.loads((platform.data_directory / "sample-traffic.json").read_text())["events"]
    client = connect(platform.clickhouse_url)
    built = client.query("SELECT count() FROM analytics.fct_events").result_rows[0][0]
    client.close()
    steps = ("sample-traffic", "queue-build", "first-build", "loader")
    logs = [platform.data_directory / "logs" / f"{step}.log" for step in steps]
    assert built == sent, "\n".join(log.read_text()[-2000:] for log in logs if log.exists())


def _execute(postgres: Postgres, statement: str) -> None:
    with psycopg.connect(postgres.url(driver="postgresql"), autocommit=True) as connection:
        connection.execute(statement)
