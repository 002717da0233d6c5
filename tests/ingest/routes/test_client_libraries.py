"""The libraries that snippets load are the operator's own copies."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from ingest.routes import client_libraries
from ingest.settings import IngestSettings

ORIGIN = {"Origin": "https://shop.example.com"}
INSTALLED = {
    "posthog-js/dist/array.js": "posthog",
    "posthog-js/dist/surveys.js": "surveys",
    "@segment/analytics-next/dist/umd/standalone.js": "analytics",
    "@segment/analytics-next/dist/umd/870.bundle.8c2a.js": "bundle",
    "posthog-js/package.json": "{}",
}


def client_of(modules: Path | None) -> TestClient:
    api = FastAPI()
    api.include_router(client_libraries.router)
    settings = IngestSettings(client_libraries=modules)
    api.state.runtime = SimpleNamespace(settings=settings)
    return TestClient(api)


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    for name, text in INSTALLED.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return client_of(tmp_path)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/static/array.js", "posthog"),
        ("/static/surveys.js?v=1.449.2", "surveys"),
        ("/static/1.449.2/surveys.js", "surveys"),
        ("/array/wk_1/array.js", "posthog"),
        ("/analytics.js/v1/wk_1/analytics.min.js", "analytics"),
        ("/analytics-next/bundles/870.bundle.8c2a.js", "bundle"),
    ],
)
def test_a_snippet_finds_its_library(client: TestClient, path: str, text: str) -> None:
    answer = client.get(path, headers=ORIGIN)
    assert (answer.status_code, answer.text) == (200, text)
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cache-control"] == "public, max-age=3600"
    assert answer.headers["access-control-allow-origin"] == ORIGIN["Origin"]
    assert client.options(path, headers=ORIGIN).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/static/recorder.js",
        "/static/..%2fpackage.json",
        "/static/package.json",
        "/static/..",
        "/static/x/..%2f..%2fpackage.json",
        "/analytics-next/bundles/..%2f..%2f..%2f..%2f..%2fposthog-js%2fdist%2farray.js",
    ],
)
def test_nothing_else_is_served(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_without_a_copy_the_answer_says_how_to_have_one() -> None:
    answer = client_of(None).get("/static/array.js")
    assert answer.status_code == 404
    assert answer.json()["detail"] == (
        "This platform does not ship the library: install posthog-js with npm, and name its "
        "node_modules in CLIENT_LIBRARIES."
    )
