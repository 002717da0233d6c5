"""Released clients against the running services."""

from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.clients import packages
from tests.e2e.conftest import ARGUMENTS, CHROMIUM
from tests.ingest.conftest import _fresh_projects, _shared_ingest, ingest

__all__ = ["_fresh_projects", "_shared_ingest", "ingest"]

INSTALL_SECONDS = 300


@pytest.fixture(scope="session")
def node_modules() -> Path:
    return packages.install()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def site(node_modules: Path) -> Iterator[str]:
    """The address of a site on another origin than the API: pages, and the packages."""
    handler = partial(_Quiet, directory=str(packages.NODE))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Closed with the module: while it is open, Playwright's event loop runs in this thread."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()
