"""The Dagster UI in a browser, over the processes that the platform runs."""

import os
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from orchestration.instance import write_dagster_yaml
from orchestration.webserver import Materialized, StatusChanged, Webserver, WebserverError
from stack.engines.foreground import running
from stack.ports import free_port
from stack.supervisor.probes import accepts_connections, http_ok
from stack.supervisor.service import Service
from tests.orchestration.conftest import Platform

pytestmark = pytest.mark.timeout(600)

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
START_TIMEOUT = 240.0
PAGE_TIMEOUT_MS = 90_000


@pytest.fixture(scope="module")
def webserver(platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Webserver]:
    """Code server, webserver and daemon on free ports."""
    logs = tmp_path_factory.mktemp("logs")
    code_port, port = free_port(), free_port()
    home = (platform.data_directory / "dagster").resolve()
    write_dagster_yaml(home, platform.database_url, code_server_port=code_port)
    environment = {**os.environ, "DAGSTER_HOME": str(home), "DAGSTER_CODE_PORT": str(code_port)}
    workspace = ("-w", str(home / "workspace.yaml"))
    services = (
        Service(
            name="code",
            command=(sys.executable, "-m", "orchestration"),
            probe=accepts_connections(code_port),
            environment=environment,
            start_timeout=START_TIMEOUT,
        ),
        Service(
            name="webserver",
            command=(script("dagster-webserver"), *workspace, "-p", str(port)),
            probe=http_ok(port, "/server_info"),
            environment=environment,
            start_timeout=START_TIMEOUT,
        ),
        Service(
            name="daemon",
            command=(script("dagster-daemon"), "run", *workspace),
            probe=nothing_to_ask,
            environment=environment,
        ),
    )
    with ExitStack() as stack:
        for service in services:
            stack.enter_context(running(service, logs / f"{service.name}.log"))
        yield Webserver(f"http://127.0.0.1:{port}")


async def nothing_to_ask() -> None:
    """The daemon answers no requests; a run that starts shows that it works."""


def script(name: str) -> str:
    return str(Path(sysconfig.get_path("scripts")) / name)


@pytest.fixture
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        page = browser.new_page(viewport={"width": 1600, "height": 1000})
        page.set_default_timeout(PAGE_TIMEOUT_MS)
        yield page
        browser.close()


def test_the_asset_graph_shows_every_group(webserver: Webserver, page: Page) -> None:
    page.goto(f"{webserver.url}/asset-groups/")
    for group in ("control_plane", "ingest", "staging", "intermediate", "marts", "semantic_layer"):
        expect(page.get_by_text(group, exact=True).first).to_be_visible(timeout=PAGE_TIMEOUT_MS)


def test_an_asset_can_be_materialised_from_its_page(webserver: Webserver, page: Page) -> None:
    page.goto(f"{webserver.url}/assets/raw/projects")
    page.get_by_role("button", name="Materialize").first.click()
    expect(page.get_by_text("Launched run").first).to_be_visible(timeout=PAGE_TIMEOUT_MS)
    page.goto(f"{webserver.url}/runs")
    expect(page.get_by_text("Success", exact=True).first).to_be_visible(timeout=PAGE_TIMEOUT_MS)


def test_the_sensor_and_the_schedule_run_without_being_switched_on(
    webserver: Webserver, page: Page
) -> None:
    page.goto(f"{webserver.url}/automation")
    for name in ("new_events", "hourly_build"):
        row = page.get_by_role("row").or_(page.locator("div")).filter(has_text=name).last
        expect(row).to_be_visible(timeout=PAGE_TIMEOUT_MS)
    switches = page.get_by_role("switch").or_(page.locator("input[type=checkbox]:checked"))
    expect(switches.first).to_be_attached(timeout=PAGE_TIMEOUT_MS)


def test_a_run_can_be_started_and_followed_from_the_command_line(webserver: Webserver) -> None:
    updates = list(webserver.follow(webserver.launch("sync_control_plane", {})))
    assert {update.asset for update in updates if isinstance(update, Materialized)} == {
        "raw.projects",
        "raw.funnel_definitions",
        "raw.event_schemas",
    }
    last = updates[-1]
    assert isinstance(last, StatusChanged)
    assert last.status == "SUCCESS"


def test_an_unknown_job_is_refused_by_name(webserver: Webserver) -> None:
    with pytest.raises(WebserverError, match="rebuild"):
        webserver.launch("rebuild", {}, patience=0)


def test_a_webserver_that_is_away_says_what_to_do() -> None:
    with pytest.raises(WebserverError, match="analytics up"):
        Webserver(f"http://127.0.0.1:{free_port()}").launch("build", {})
