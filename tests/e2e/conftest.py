"""A real Chromium in front of the whole running platform."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.platform import Platform

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP = (1280, 900)
PHONE = (390, 844)
PATIENCE_MS = 30_000  # the first question also loads MetricFlow

# A missing session is how the app learns that it has to show the sign-in page.
EXPECTED_MESSAGES = ("401 (Unauthorized)",)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Closed with the module: while it is open, Playwright's event loop runs in this thread."""
    with sync_playwright() as playwright:
        expect.set_options(timeout=PATIENCE_MS)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def screenshots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = os.environ.get("SCREENSHOTS")
    return Path(directory) if directory else tmp_path_factory.mktemp("screenshots")


@pytest.fixture
def context(browser: Browser, platform: Platform) -> Iterator[BrowserContext]:
    width, height = DESKTOP
    context = browser.new_context(
        base_url=platform.dashboard_url, viewport={"width": width, "height": height}
    )
    context.set_default_timeout(PATIENCE_MS)
    yield context
    context.close()


@pytest.fixture
def visitor(context: BrowserContext) -> Iterator[Page]:
    """A page of somebody who is not signed in. It fails the test on any error of its own."""
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda message: complaints.append(message.text) if message.type == "error" else None,
    )
    yield page
    assert [text for text in complaints if not text.endswith(EXPECTED_MESSAGES)] == []


@pytest.fixture
def page(visitor: Page, context: BrowserContext, platform: Platform) -> Page:
    """A page of the owner, signed in."""
    answer = context.request.post(
        "/api/v1/auth/login",
        data={
            "email": platform.login["email"],
            "password": platform.login["password"],
            "deliver": "cookie",
        },
    )
    assert answer.ok, answer.text()
    return visitor


@pytest.fixture
def photograph(page: Page, screenshots: Path) -> Callable[[str], None]:
    def take(name: str) -> None:
        page.screenshot(path=screenshots / f"{name}.png", full_page=True)

    return take
