"""A warehouse of its own whose marts are built by hand, so that every number can be checked."""

import hashlib
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from clickhouse_connect.driver.client import Client

from semantic_layer.catalogue import Catalogue, load
from semantic_layer.compiler.metricflow import MetricFlowCompiler
from semantic_layer.layer import SemanticLayer
from semantic_layer.project import ProjectContext
from semantic_layer.settings import SemanticSettings
from stack.engines import ClickHouse
from stack.engines.foreground import running
from stack.ports import free_port
from tests.semantic_layer import marts
from tests.semantic_layer.built_marts import Built, build
from warehouse.client import connect

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 3, 30, 10, 0, tzinfo=UTC)
"""A Monday, the day after Berlin's clocks went forward."""


@pytest.fixture(scope="session")
def target_dir(request: pytest.FixtureRequest) -> Path:
    """The artifacts of `dbt parse`, kept between runs while the dbt project is the same."""
    project = ROOT / "dbt_project"
    target = Path(request.config.cache.mkdir(f"dbt_{_digest(project)}"))
    if not (target / "semantic_manifest.json").exists():
        dbt = str(Path(sys.executable).with_name("dbt"))
        where = f"--project-dir {project} --profiles-dir {project}"
        outputs = f"--target-path {target} --log-path {target}"
        subprocess.run([dbt, "parse", "--quiet", *where.split(), *outputs.split()], check=True)
    return target


def _digest(project: Path) -> str:
    files = [
        path for pattern in ("*.sql", "*.yml", "*.md", "*.csv") for path in project.rglob(pattern)
    ]
    sources = [path for path in sorted(files) if "target" not in path.parts]
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:16]


@pytest.fixture(scope="session")
def catalogue(target_dir: Path) -> Catalogue:
    return load(target_dir)


@pytest.fixture(scope="session")
def metricflow(catalogue: Catalogue) -> MetricFlowCompiler:
    return MetricFlowCompiler(catalogue.semantic_manifest, catalogue.models)


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClickHouse]:
    directory = tmp_path_factory.mktemp("semantic_layer")
    engine = ClickHouse(directory / "clickhouse", free_port(), "admin-secret", "reader-secret")
    with running(engine.service(), directory / "clickhouse.log"):
        yield engine


@pytest.fixture(scope="session")
def warehouse(engine: ClickHouse, catalogue: Catalogue) -> Iterator[Client]:
    """Two projects with the same user ids, and tables that nobody may read."""
    client = connect(engine.url)
    marts.create(client, catalogue)
    marts.fill(client)
    yield client
    client.close()


@pytest.fixture
def settings(engine: ClickHouse, target_dir: Path) -> SemanticSettings:
    return SemanticSettings(
        clickhouse_reader_url=engine.reader_url, redis_url=None, dbt_target_dir=target_dir
    )


@pytest.fixture
async def layer(warehouse: Client, settings: SemanticSettings) -> AsyncIterator[SemanticLayer]:
    layer = SemanticLayer(settings)
    yield layer
    await layer.aclose()


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    yield from build(tmp_path_factory.mktemp("built_marts"))


@pytest.fixture
async def built_layer(built: Built) -> AsyncIterator[SemanticLayer]:
    settings = SemanticSettings(
        clickhouse_reader_url=built.reader_url,
        redis_url=None,
        dbt_target_dir=built.warehouse.project.target,
    )
    layer = SemanticLayer(settings)
    yield layer
    await layer.aclose()


@pytest.fixture
def project() -> ProjectContext:
    return ProjectContext(marts.ACME, "Europe/Berlin", currency="EUR", now=NOW)


@pytest.fixture
def other_project() -> ProjectContext:
    return ProjectContext(marts.GLOBEX, "Europe/Berlin", currency="EUR", now=NOW)
