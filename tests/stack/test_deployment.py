"""The container set-up names modules and settings that exist.

No container engine is needed: the files are parsed, nothing is started.
"""

import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml
from pydantic_settings import BaseSettings

from control_plane.settings import ControlPlaneSettings
from dashboard_api.settings import Settings as DashboardSettings
from ingest.settings import IngestSettings
from orchestration.settings import OrchestrationSettings
from stack.settings import PROJECT_ROOT, StackSettings
from warehouse.settings import WarehouseSettings

SETTINGS: tuple[type[BaseSettings], ...] = (
    ControlPlaneSettings,
    DashboardSettings,
    IngestSettings,
    OrchestrationSettings,
    StackSettings,
    WarehouseSettings,
)
KNOWN_SETTINGS = {name.upper() for settings in SETTINGS for name in settings.model_fields}
OUR_SERVICES = {
    "migrate",
    "ingest",
    "loader",
    "dashboard",
    "dagster-code",
    "dagster-webserver",
    "dagster-daemon",
}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((PROJECT_ROOT / "docker-compose.yml").read_text())
    return content


def test_every_service_of_the_platform_is_there(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == OUR_SERVICES | {"clickhouse", "postgres", "redis"}


def test_every_variable_is_a_setting_of_some_service(compose: dict[str, Any]) -> None:
    variables = compose["services"]["ingest"]["environment"]
    assert set(variables) <= KNOWN_SETTINGS


@pytest.mark.parametrize("name", sorted(OUR_SERVICES - {"dagster-daemon"}))
def test_every_command_is_a_module_that_can_be_run(compose: dict[str, Any], name: str) -> None:
    module = compose["services"][name]["command"][0]
    assert find_spec(f"{module}.__main__"), f"python -m {module}"


def test_whatever_is_waited_for_exists_and_can_become_so(compose: dict[str, Any]) -> None:
    services = compose["services"]
    for service in services.values():
        for name, wait in service.get("depends_on", {}).items():
            assert name in services
            if wait["condition"] == "service_healthy":
                assert "healthcheck" in services[name]


def test_no_secret_has_a_default(compose: dict[str, Any]) -> None:
    text = (PROJECT_ROOT / "docker-compose.yml").read_text()
    secrets = re.findall(r"\$\{(\w*(?:PASSWORD|SECRET)\w*)([^}]*)\}", text)
    assert secrets
    assert {suffix for _, suffix in secrets} == {":?"}


def test_the_reader_of_the_server_may_only_select_from_the_marts() -> None:
    users = ElementTree.parse(PROJECT_ROOT / "deploy/clickhouse/users.d/analytics.xml").getroot()
    assert users.findtext("users/reader/grants/query") == "GRANT SELECT ON analytics.*"
    assert users.findtext("profiles/reader/readonly") == "2"


def test_mounted_files_exist(compose: dict[str, Any]) -> None:
    for volume in compose["services"]["clickhouse"]["volumes"]:
        source = volume.split(":")[0]
        assert not source.startswith("./") or Path(PROJECT_ROOT, source).is_file()
