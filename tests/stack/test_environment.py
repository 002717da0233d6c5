"""Settings, local secrets and defaults become the environment of every process."""

import stat
from pathlib import Path
from typing import Any

import pytest

from control_plane.secrets import is_placeholder
from stack import environment as environment_module
from stack.environment import Environment
from stack.errors import StackError
from stack.local_secrets import LocalSecrets, load
from stack.services import platform
from stack.settings import PROJECT_ROOT, StackSettings
from stack.supervisor import graph
from stack.supervisor.service import Service

LONG = "0123456789abcdef0123456789abcdef"
SECRETS = LocalSecrets(
    jwt_secret="jwt",
    refresh_token_secret="refresh",
    clickhouse_admin_password="ch-admin",
    clickhouse_reader_password="ch-reader",
    postgres_password="pg",
    redis_password="rd",
)


@pytest.fixture(autouse=True)
def no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for field in StackSettings.model_fields:
        monkeypatch.delenv(field.upper(), raising=False)
    monkeypatch.setattr(environment_module, "ENV_FILE", tmp_path / "absent.env")


def settled(tmp_path: Path, **settings: Any) -> Environment:
    return Environment(StackSettings(_env_file=None, data_dir=tmp_path, **settings), SECRETS)


def test_without_settings_every_engine_is_local(tmp_path: Path) -> None:
    variables = settled(tmp_path).variables
    assert variables["CLICKHOUSE_URL"] == "http://admin:ch-admin@127.0.0.1:8123"
    assert variables["CLICKHOUSE_READER_URL"] == "http://reader:ch-reader@127.0.0.1:8123"
    assert variables["REDIS_URL"] == "redis://:rd@127.0.0.1:16379/0"
    assert variables["DATABASE_URL"] == (
        "postgresql+psycopg://analytics:pg@127.0.0.1:15432/analytics"
    )


def test_an_engine_that_is_elsewhere_is_not_started(tmp_path: Path) -> None:
    elsewhere = settled(tmp_path, clickhouse_url="http://admin:x@ch.example.net:8123")
    names = [node.name for node in platform(elsewhere)]
    assert "clickhouse" not in names
    assert {"postgres", "redis", "dashboard"} < set(names)
    assert elsewhere.variables["CLICKHOUSE_URL"] == "http://admin:x@ch.example.net:8123"
    graph.check(platform(elsewhere))


def test_a_child_that_inherits_our_url_still_sees_a_local_engine(tmp_path: Path) -> None:
    exported = settled(tmp_path).variables
    child = settled(
        tmp_path,
        clickhouse_url=exported["CLICKHOUSE_URL"],
        database_url=exported["DATABASE_URL"],
        redis_url=exported["REDIS_URL"],
    )
    assert child.clickhouse
    assert child.postgres
    assert child.redis
    assert child.variables == exported


def test_ports_reach_addresses(tmp_path: Path) -> None:
    variables = settled(tmp_path, ingest_port=4001, dashboard_port=4000).variables
    assert variables["INGEST_URL"] == "http://127.0.0.1:4001"
    assert variables["FRONTEND_URL"] == "http://localhost:4000"


def test_dagster_has_a_database_beside_the_control_plane(tmp_path: Path) -> None:
    assert settled(tmp_path).dagster_database_url == (
        "postgresql://analytics:pg@127.0.0.1:15432/analytics_dagster"
    )


def test_telemetry_is_off_whatever_the_machine_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DBT_SEND_ANONYMOUS_USAGE_STATS", "true")
    variables = settled(tmp_path).variables
    assert variables["DO_NOT_TRACK"] == "1"
    assert variables["DBT_SEND_ANONYMOUS_USAGE_STATS"] == "false"
    assert variables["GX_ANALYTICS_ENABLED"] == "false"
    assert "DAGSTER_DISABLE_TELEMETRY" in variables


def test_engines_see_no_credentials_of_the_operator(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "do-not-leak")
    environment = settled(tmp_path)
    assert environment.clickhouse
    assert "do-not-leak" not in environment.clickhouse.service().environment.values()
    assert "jwt" not in environment.clickhouse.service().environment.values()


def test_everything_in_dotenv_reaches_the_services_and_real_variables_win(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text("AWS_PROFILE=team\nBEDROCK_MODEL_ID=from-file\nAWS_REGION=\n")
    monkeypatch.setattr(environment_module, "ENV_FILE", dotenv)
    monkeypatch.setenv("BEDROCK_MODEL_ID", "from-shell")
    variables = settled(tmp_path).variables
    assert variables["AWS_PROFILE"] == "team"
    assert variables["BEDROCK_MODEL_ID"] == "from-shell"
    assert "AWS_REGION" not in variables


@pytest.mark.parametrize("secret", ["", "change-me", "short", "your-" + LONG])
def test_production_refuses_a_missing_or_placeholder_secret(tmp_path: Path, secret: str) -> None:
    production = settled(
        tmp_path, environment="production", jwt_secret=secret, refresh_token_secret=LONG
    )
    with pytest.raises(StackError, match=r"JWT_SECRET is (a placeholder|not set)"):
        _ = production.variables


def test_production_takes_real_secrets(tmp_path: Path) -> None:
    production = settled(
        tmp_path, environment="production", jwt_secret=LONG, refresh_token_secret=LONG[::-1]
    )
    assert production.variables["JWT_SECRET"] == LONG


def test_on_one_machine_a_placeholder_is_replaced(tmp_path: Path) -> None:
    assert settled(tmp_path, jwt_secret="change-me").variables["JWT_SECRET"] == "jwt"


def test_every_secret_of_the_example_file_is_a_placeholder() -> None:
    lines = (PROJECT_ROOT / ".env.example").read_text().splitlines()
    given = dict(line.split("=", 1) for line in lines if "=" in line and line[0] != "#")
    assert is_placeholder(given["JWT_SECRET"])
    assert is_placeholder(given["REFRESH_TOKEN_SECRET"])


def test_every_setting_is_in_the_example_file() -> None:
    text = (PROJECT_ROOT / ".env.example").read_text()
    assert [name for name in StackSettings.model_fields if f"{name.upper()}=" not in text] == []


def test_a_relative_data_directory_lies_in_the_project(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    assert StackSettings(_env_file=None, data_dir=Path(".data")).data_dir == PROJECT_ROOT / ".data"


def test_local_secrets_are_made_once_and_private(tmp_path: Path) -> None:
    first = load(tmp_path / "data")
    assert load(tmp_path / "data") == first
    assert len(set(first.model_dump().values())) == len(LocalSecrets.model_fields)
    assert all(not is_placeholder(secret) for secret in first.model_dump().values())
    path = tmp_path / "data" / "secrets.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["secrets.json"]


def test_a_secret_that_an_older_version_did_not_know_is_added(tmp_path: Path) -> None:
    (tmp_path / "secrets.json").write_text('{"jwt_secret": "kept"}')
    assert load(tmp_path).jwt_secret == "kept"
    assert load(tmp_path).redis_password == load(tmp_path).redis_password
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600


def test_damaged_secrets_are_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "secrets.json").write_text('{"jwt_secret": ')
    with pytest.raises(StackError, match="is damaged"):
        load(tmp_path)
    assert (tmp_path / "secrets.json").read_text() == '{"jwt_secret": '


@pytest.mark.parametrize(
    ("settings", "url"),
    [
        (
            {"database_url": "postgresql+psycopg://u:p@db:5432/analytics?sslmode=require"},
            "postgresql://u:p@db:5432/analytics_dagster?sslmode=require",
        ),
        (
            {
                "database_url": "postgresql+psycopg://u:p@db/analytics",
                "dagster_database_url": "postgresql+psycopg://u:p@db/runs",
            },
            "postgresql://u:p@db/runs",
        ),
    ],
)
def test_dagster_has_a_database_of_its_own(
    tmp_path: Path, settings: dict[str, str], url: str
) -> None:
    assert settled(tmp_path, **settings).dagster_database_url == url


def test_ingest_workers_share_a_port_and_have_one_each(tmp_path: Path) -> None:
    nodes = platform(settled(tmp_path))
    workers = [node for node in nodes if isinstance(node, Service) and "ingest" in node.command]
    assert [(worker.name, worker.port) for worker in workers] == [
        ("ingest", 3021),
        ("ingest-2", 3022),
    ]
    assert [worker.environment["INGEST_WORKER_PORT"] for worker in workers] == ["3021", "3022"]
    assert {worker.environment["INGEST_WORKER_PORTS"] for worker in workers} == {"3021,3022"}
    assert {worker.environment["INGEST_PORT"] for worker in workers} == {"3001"}
    graph.check(nodes)


def test_ports_of_ingest_workers_follow_the_one_that_they_share(tmp_path: Path) -> None:
    nodes = platform(settled(tmp_path, ingest_port=4001, ingest_workers=3))
    ports = [node.port for node in nodes if isinstance(node, Service) and "ingest" in node.command]
    assert ports == [4021, 4022, 4023]


def test_a_single_ingest_worker_has_its_port_for_itself(tmp_path: Path) -> None:
    (worker,) = [
        node
        for node in platform(settled(tmp_path, ingest_workers=1))
        if isinstance(node, Service) and "ingest" in node.command
    ]
    assert worker.port == 3001
    assert "INGEST_WORKER_PORT" not in worker.environment
