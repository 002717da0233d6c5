"""The web app and the API's documentation, served from one origin."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from control_plane.database import AsyncDatabase
from control_plane.roles import Role
from dashboard_api.application import create_app
from dashboard_api.settings import Settings
from tests.dashboard_api.conftest import BASE_URL, Team

BROWSER = {"accept": "text/html,application/xhtml+xml"}


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    for name, content in {
        "index.html": "<title>Analytics</title>",
        "assets/app-1a2b3c.js": "1",
        "swagger-ui/swagger-ui-bundle.js": "2",
        "swagger-ui/swagger-ui.css": "3",
        "api-docs.js": "4",
    }.items():
        path = tmp_path / "dist" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return tmp_path / "dist"


@pytest.fixture
async def browser(settings: Settings, dist: Path) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(settings.model_copy(update={"web_dist_dir": dist}))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url=BASE_URL, headers=BROWSER
        ) as client,
    ):
        yield client


@pytest.mark.parametrize("path", ["/", "/ask", "/ask?q=why", "/some/deep/link"])
async def test_every_page_address_opens_the_app(browser: httpx.AsyncClient, path: str) -> None:
    answer = await browser.get(path)

    assert (answer.status_code, answer.text) == (200, "<title>Analytics</title>")
    assert answer.headers["cache-control"] == "no-cache"


async def test_hashed_assets_are_kept_for_ever(browser: httpx.AsyncClient) -> None:
    found = await browser.get("/assets/app-1a2b3c.js")
    missing = await browser.get("/assets/gone.js", headers={"accept": "*/*"})

    assert "immutable" in found.headers["cache-control"]
    assert missing.status_code == 404
    assert "immutable" not in missing.headers["cache-control"]


async def test_documentation_loads_nothing_from_elsewhere(browser: httpx.AsyncClient) -> None:
    page = await browser.get("/api/docs")

    assert page.status_code == 200
    assert "http://" not in page.text
    assert "https://" not in page.text
    for path in ("/swagger-ui/swagger-ui-bundle.js", "/swagger-ui/swagger-ui.css", "/api-docs.js"):
        assert path in page.text
        assert (await browser.get(path)).status_code == 200
    assert (await browser.get("/api/openapi.json")).json()["info"]["title"] == "Analytics API"


async def test_scripts_may_not_be_inline(browser: httpx.AsyncClient) -> None:
    headers = (await browser.get("/")).headers

    policy = dict(
        directive.split(" ", 1) for directive in headers["content-security-policy"].split("; ")
    )
    assert policy["script-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert "strict-transport-security" not in headers


async def test_private_answers_are_not_kept_by_shared_caches(browser: httpx.AsyncClient) -> None:
    headers = (await browser.get("/api/v1/auth/registration")).headers

    assert headers["cache-control"] == "private, no-cache"
    assert "Cookie" in headers["vary"]


async def test_without_a_bundle_the_api_still_starts(settings: Settings, tmp_path: Path) -> None:
    app = create_app(settings.model_copy(update={"web_dist_dir": tmp_path / "none"}))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE_URL) as client:
        page = await client.get("/")
        schema = await client.get("/api/openapi.json")

    assert page.status_code == 503
    assert "make web" in page.text
    assert schema.status_code == 200


async def test_the_documentation_of_the_warehouse_is_for_people_who_are_signed_in(
    settings: Settings, tmp_path: Path, database: AsyncDatabase, team: Team
) -> None:
    page = tmp_path / "warehouse_docs" / "index.html"
    page.parent.mkdir()
    page.write_text("<title>dbt Docs</title>")
    app = create_app(settings.model_copy(update={"data_dir": tmp_path}))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url=BASE_URL, follow_redirects=True
        ) as client,
    ):
        stranger = await client.get("/docs/warehouse")
        reader = await client.get("/docs/warehouse", headers=team.members[Role.VIEWER].headers)
        page.unlink()
        missing = await client.get("/docs/warehouse", headers=team.members[Role.VIEWER].headers)

    assert stranger.status_code == 401
    assert (reader.status_code, reader.text) == (200, "<title>dbt Docs</title>")
    assert reader.headers["content-security-policy"].startswith("sandbox allow-scripts")
    assert (missing.status_code, missing.json()["type"]) == (404, "not-documented-yet")
