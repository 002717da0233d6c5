"""The released browser libraries in a real Chromium, on a page of another origin than the API."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.clients import packages
from tests.clients.conftest import INSTALL_SECONDS
from tests.ingest.services import Ingest

pytestmark = pytest.mark.timeout(INSTALL_SECONDS)

# Libraries leave automated browsers out.
AGENT = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/150.0.0.0 Safari/537.36"
)
NOT_AUTOMATED = "Object.defineProperty(navigator, 'webdriver', {get: () => false})"

Open = Callable[[str], Page]


@pytest.fixture
def open_page(browser: Browser, site: str, ingest: Ingest) -> Iterator[Open]:
    """Open a page whose library sends to `ingest`; fails the test on any error in it.

    Failed requests are errors on the console, but not those that outlive the page.
    """
    complaints: list[str] = []
    context = browser.new_context(user_agent=AGENT, locale="en-GB")
    context.add_init_script(NOT_AUTOMATED)
    page = context.new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)

    def open_with(name: str) -> Page:
        address = f"{site}/pages/{name}.html?key={ingest.write_key}&host={ingest.url}"
        page.goto(f"{address}&utm_source=letter&utm_medium=email")
        expect(page).to_have_title("Alpha")
        return page

    yield open_with
    context.close()
    assert complaints == []


def named(rows: list[dict[str, Any]], name: str) -> dict[str, Any]:
    (row,) = [row for row in rows if row["event_name"] == name]
    return row


SEEN: dict[str, Any] = {
    "path": "",
    "title": "Alpha",
    "utm_source": "letter",
    "utm_medium": "email",
    "channel": "Email",
    "locale": "en-GB",
    "platform": "web",
    "browser": "Chrome",
    "os": "Linux",
    "device_type": "desktop",
    "timestamp_rule": "clock_corrected",
}


def test_posthog_s_library(ingest: Ingest, open_page: Open) -> None:
    page = open_page("posthog")
    ingest.wait_for_rows(1)  # the page view is sent by itself
    page.evaluate(
        """() => {
          posthog.identify("u1", {plan: "pro"}, {first: "a"});
          posthog.group("company", "acme", {seats: 3});
        }"""
    )
    page.click("#buy")
    page.evaluate('posthog.capture("leaving", {n: 1})')
    page.goto("about:blank")  # what is queued leaves as a beacon
    rows = ingest.wait_for_rows(5)

    view = named(rows, "page_view")
    expected = {**SEEN, "path": "/pages/posthog.html", "type": "page", "protocol": "posthog"}
    expected |= {"library": "web", "library_version": packages.version("posthog-js")}
    expected |= {"screen_width": 1280, "screen_height": 720, "user_id": "", "corrections": []}
    assert {name: view[name] for name in expected} == expected
    assert view["anonymous_id"] != ""
    assert view["session_id"] != ""

    identify = named(rows, "identify")
    traits = json.loads(identify["traits"])
    assert (traits["plan"], traits["$set_once"]["first"]) == ("pro", "a")
    group = named(rows, "group")
    assert (group["group_id"], group["traits"]) == ("acme", '{"seats":3}')
    leaving = named(rows, "leaving")
    assert json.loads(leaving["properties"])["n"] == 1
    for row in (identify, group, leaving, named(rows, "$autocapture")):
        assert (row["user_id"], row["anonymous_id"]) == ("u1", view["anonymous_id"])
        assert row["session_id"] == view["session_id"]


def test_segment_s_library(ingest: Ingest, open_page: Open) -> None:
    page = open_page("segment")
    page.evaluate(
        """async () => {
          await analytics.page("Docs", "Home", {n: 1});
          await analytics.identify("u1", {plan: "pro"});
          await analytics.group("acme", {seats: 3});
        }"""
    )
    page.evaluate('analytics.track("leaving", {n: 1})')
    page.goto("about:blank")
    rows = ingest.wait_for_rows(4)

    view = named(rows, "page_view")
    version = f"next-{packages.version('@segment/analytics-next')}"
    expected = {**SEEN, "path": "/pages/segment.html", "type": "page", "protocol": "segment"}
    expected |= {"library": "analytics.js", "library_version": version, "user_id": ""}
    assert {name: view[name] for name in expected} == expected
    properties = json.loads(view["properties"])
    assert (properties["name"], properties["category"], properties["n"]) == ("Home", "Docs", 1)
    assert named(rows, "identify")["traits"] == '{"plan":"pro"}'
    group = named(rows, "group")
    assert (group["group_id"], group["traits"]) == ("acme", '{"seats":3}')
    assert named(rows, "leaving")["properties"] == '{"n":1}'
    for name in ("identify", "group", "leaving"):
        row = named(rows, name)
        assert (row["user_id"], row["anonymous_id"]) == ("u1", view["anonymous_id"])


def test_posthog_s_library_loaded_from_the_platform(ingest: Ingest, open_page: Open) -> None:
    page = open_page("posthog_script")
    ingest.wait_for_rows(1)
    page.evaluate('posthog.capture("leaving", {n: 1}); posthog.getSurveys(() => {}, true)')
    page.goto("about:blank")
    rows = ingest.wait_for_rows(2)
    for name in ("page_view", "leaving"):
        row = named(rows, name)
        assert (row["library_version"], row["path"]) == (
            packages.version("posthog-js"),
            "/pages/posthog_script.html",
        )


def test_segment_s_library_loaded_from_the_platform(ingest: Ingest, open_page: Open) -> None:
    open_page("segment_script")
    rows = ingest.wait_for_rows(2)
    assert named(rows, "page_view")["path"] == "/pages/segment_script.html"
    assert named(rows, "leaving")["properties"] == '{"n":1}'


def test_rudderstack_s_library(ingest: Ingest, open_page: Open) -> None:
    page = open_page("rudderstack")
    page.evaluate(
        """() => {
          analytics.page("Docs", "Home", {n: 1});
          analytics.identify("u1", {plan: "pro"});
          analytics.group("acme", {seats: 3});
          analytics.track("clicked", {n: 1});
        }"""
    )
    rows = ingest.wait_for_rows(4)
    view = named(rows, "page_view")
    expected = {**SEEN, "path": "/pages/rudderstack.html", "type": "page", "protocol": "segment"}
    expected |= {"referrer": "", "user_id": "", "screen_width": 1280}
    assert {name: view[name] for name in expected} == expected
    assert view["session_id"] != ""
    assert named(rows, "identify")["traits"] == '{"plan":"pro"}'
    group = named(rows, "group")
    assert (group["group_id"], group["traits"]) == ("acme", '{"seats":3}')
    assert named(rows, "clicked")["properties"] == '{"n":1}'
    for name in ("identify", "group", "clicked"):
        row = named(rows, name)
        assert (row["user_id"], row["anonymous_id"]) == ("u1", view["anonymous_id"])
