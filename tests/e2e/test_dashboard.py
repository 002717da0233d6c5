"""What a person does in the dashboard, in a real browser against the running platform."""

import json
import re
import time
import uuid
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.accessibility import violations
from tests.e2e.conftest import PHONE
from tests.platform import Platform
from warehouse.client import connect

pytestmark = pytest.mark.timeout(600)

Photograph = Callable[[str], None]
# Lets a test close the page's socket, as a network that goes away would.
KEEP_SOCKETS = """
window.sockets = [];
const Real = window.WebSocket;
window.WebSocket = class extends Real {
  constructor(url) { super(url); window.sockets.push(this); }
};
"""
NARROWEST_TARGET = 24  # CSS pixels; WCAG 2.2, 2.5.8


@pytest.fixture
def overview(page: Page) -> Page:
    page.goto("/?last=7")
    expect(page.locator("[data-metric=events]")).to_be_visible()
    return page


def test_the_documentation_of_the_warehouse_opens_a_model(page: Page) -> None:
    """After the first build, and although a page in a sandbox may not load dbt's icons."""
    # Another page, whose complaints about icons do not count.
    documentation = page.context.new_page()
    documentation.goto("/docs/warehouse#!/model/model.analytics.fct_events")
    expect(documentation).to_have_title("dbt Docs")
    description = documentation.get_by_text("Every accepted event, assigned to a person")
    expect(description.first).to_be_visible()


def tile(page: Page, metric: str) -> float:
    return float(page.locator(f"[data-metric={metric}]").get_attribute("data-value") or "nan")


def measured(platform: Platform, sql: str) -> list[tuple[Any, ...]]:
    """The same numbers straight from the warehouse, past the dashboard and its compiler."""
    client = connect(platform.clickhouse_url)
    parameters = {"project": platform.login["project_id"]}
    rows = client.query(sql, parameters=parameters).result_rows
    client.close()
    return [tuple(row) for row in rows]


def send_event(platform: Platform, name: str) -> float:
    """Send one event; the time at which its 200 arrived."""
    answer = httpx.post(
        f"{platform.ingest_url}/v1/events",
        headers={"authorization": f"Bearer {platform.login['write_key']}"},
        json={"event": name, "anonymous_id": "browser-test", "event_id": str(uuid.uuid4())},
    )
    assert answer.status_code == 200, answer.text
    return time.monotonic()


def test_signing_in_leads_to_the_page_that_was_asked_for(visitor: Page, platform: Platform) -> None:
    visitor.goto("/ask?q=how+many+events+yesterday")
    visitor.wait_for_url("**/login?*")
    visitor.get_by_label("E-mail").fill(platform.login["email"])
    visitor.get_by_label("Password").fill(platform.login["password"])
    visitor.get_by_role("button", name="Sign in").click()

    visitor.wait_for_url("**/ask?q=how*")
    expect(visitor.get_by_role("heading", name="Ask", exact=True)).to_be_visible()


def test_a_wrong_password_says_so_and_keeps_the_form(visitor: Page) -> None:
    visitor.goto("/login")
    visitor.get_by_label("E-mail").fill("nobody@example.com")
    visitor.get_by_label("Password").fill("wrong password")
    visitor.get_by_role("button", name="Sign in").click()

    expect(visitor.get_by_role("alert")).to_contain_text("The e-mail or the password is wrong.")
    expect(visitor.get_by_label("E-mail")).to_have_value("nobody@example.com")


def test_signing_out_ends_the_session(overview: Page, context: BrowserContext) -> None:
    overview.get_by_role("button", name="Account").click()
    overview.get_by_role("menuitem", name="Sign out").click()

    overview.wait_for_url("**/login")
    assert context.request.get("/api/v1/auth/me").status == 401


def test_an_expired_access_token_is_renewed_unnoticed(page: Page, context: BrowserContext) -> None:
    context.clear_cookies(name="access_token")
    page.goto("/?last=7")

    expect(page.locator("[data-metric=events]")).to_be_visible()


def test_overview_shows_what_the_warehouse_holds(overview: Page, platform: Platform) -> None:
    sql = """
        SELECT count(), countIf(event_name = 'page_view'), uniqExact(person_id)
        FROM analytics.fct_events
        WHERE project_id = {project:String} AND NOT is_bot
            AND event_date > today() - 7 AND event_date <= today()
    """
    ((events, page_views, people),) = measured(platform, sql)
    sessions = """
        SELECT count() FROM analytics.fct_sessions
        WHERE project_id = {project:String}
            AND session_date > today() - 7 AND session_date <= today()
    """
    active = """
        SELECT sum(dau) / 7 FROM analytics.active_users_daily
        WHERE project_id = {project:String}
            AND activity_date > today() - 7 AND activity_date <= today()
    """

    assert events > 0
    assert tile(overview, "events") == events
    assert tile(overview, "page_views") == page_views
    assert tile(overview, "people") == people
    assert tile(overview, "sessions") == measured(platform, sessions)[0][0]
    assert tile(overview, "dau") == pytest.approx(measured(platform, active)[0][0])


def test_top_events_are_those_of_the_warehouse(overview: Page, platform: Platform) -> None:
    sql = """
        SELECT event_name, count() AS events FROM analytics.fct_events
        WHERE project_id = {project:String} AND NOT is_bot
            AND event_date > today() - 7 AND event_date <= today()
        GROUP BY event_name ORDER BY events DESC, event_name LIMIT 10
    """
    cells = overview.locator("td[data-event]")
    shown = {
        cell.get_attribute("data-event"): int(cell.get_attribute("data-value") or 0)
        for cell in cells.all()
    }

    assert shown == dict(measured(platform, sql))


def test_choices_stand_in_the_address(overview: Page) -> None:
    overview.get_by_role("button", name="Sessions").click()
    overview.get_by_role("button", name="Period:").click()
    overview.get_by_role("button", name="Last 90 days").click()
    expect(overview.get_by_role("heading", name="Sessions by day")).to_be_visible()
    expect(overview).to_have_url(re.compile("last=90&metric=sessions|metric=sessions&last=90"))

    overview.reload()
    expect(overview.get_by_role("heading", name="Sessions by day")).to_be_visible()
    overview.go_back()
    expect(overview).to_have_url(re.compile("last=7"))


def test_the_chart_has_the_same_numbers_as_a_table(overview: Page) -> None:
    overview.get_by_role("button", name="Events").first.click()
    overview.get_by_role("button", name="Show as table").click()
    table = overview.get_by_role("table", name="Events by day")
    cells = table.locator("tbody tr td:nth-of-type(1)").all_inner_texts()

    assert len(cells) == 7
    assert sum(int(cell.replace(",", "")) for cell in cells) == tile(overview, "events")


def test_a_question_is_answered_with_chart_table_and_sql(
    overview: Page, platform: Platform, photograph: Photograph
) -> None:
    box = overview.get_by_role("textbox", name="Ask a question about your data")
    box.fill("daily active users for the past 7 days")
    box.press("Enter")
    overview.wait_for_url("**/ask?*")
    rows = overview.get_by_role("table").locator("tbody tr")
    expect(rows).to_have_count(7)
    sql = """
        SELECT dau FROM analytics.active_users_daily
        WHERE project_id = {project:String}
            AND activity_date > today() - 7 AND activity_date <= today()
        ORDER BY activity_date
    """

    shown = [int(text) for text in rows.locator("td:nth-of-type(2)").all_inner_texts()]
    assert shown == [dau for (dau,) in measured(platform, sql)]
    expect(overview.get_by_role("img", name="Daily active users").locator("canvas")).to_be_visible()
    expect(overview.get_by_role("region", name="SQL", exact=True)).to_contain_text("SELECT")
    expect(overview.get_by_text("Confidence")).to_be_visible()
    photograph("answer")


def test_a_refusal_shows_what_can_be_asked(page: Page, photograph: Photograph) -> None:
    page.goto("/ask?q=what+is+the+weather+on+mars")
    expect(page.get_by_role("heading", name="answer that")).to_be_visible()
    photograph("refusal")
    page.get_by_role("button", name="daily active users for the past 7 days").click()

    expect(page.get_by_role("table").locator("tbody tr")).to_have_count(7)
    assert "q=daily" in page.url


def test_an_event_appears_within_a_second_of_its_200(
    page: Page, platform: Platform, photograph: Photograph
) -> None:
    page.goto("/live")
    expect(page.get_by_role("status").filter(has_text="in the last minute")).to_be_visible()
    name = f"seen_live_{uuid.uuid4().hex[:8]}"
    acknowledged = send_event(platform, name)

    expect(page.get_by_text(name)).to_be_visible(timeout=5_000)
    assert time.monotonic() - acknowledged < 3  # one second, and slack for a loaded machine
    photograph("live")


def test_event_names_are_text_and_not_markup(page: Page, platform: Platform) -> None:
    page.goto("/live")
    expect(page.get_by_role("status").filter(has_text="in the last minute")).to_be_visible()
    send_event(platform, "<img src=x onerror=document.title='hacked'>")

    expect(page.get_by_text("<img src=x")).to_be_visible()
    assert page.title() == "Analytics"


def test_the_live_feed_comes_back_after_a_lost_connection(
    page: Page, context: BrowserContext, platform: Platform
) -> None:
    page.add_init_script(KEEP_SOCKETS)
    page.goto("/live")
    connected = page.get_by_role("status").filter(has_text="in the last minute")
    expect(connected).to_be_visible()
    page.evaluate("sockets.at(-1).close()")
    expect(page.get_by_text("Reconnecting")).to_be_visible()

    expect(connected).to_be_visible()
    name = f"seen_again_{uuid.uuid4().hex[:8]}"
    send_event(platform, name)
    expect(page.get_by_text(name)).to_be_visible(timeout=5_000)


def test_the_theme_is_remembered(overview: Page, photograph: Photograph) -> None:
    overview.get_by_role("button", name="Switch to the dark theme").click()
    assert overview.locator("html").get_attribute("data-theme") == "dark"

    overview.reload()
    expect(overview.locator("[data-metric=events]")).to_be_visible()
    assert overview.locator("html").get_attribute("data-theme") == "dark"
    photograph("overview-dark")


@pytest.mark.parametrize(
    "path", ["/?last=7", "/ask?q=sessions+by+country+last+week", "/live", "/quality"]
)
def test_pages_fit_a_phone(page: Page, path: str, photograph: Photograph) -> None:
    width, height = PHONE
    page.set_viewport_size({"width": width, "height": height})
    page.goto(path)
    page.wait_for_load_state("networkidle")
    expect(page.get_by_role("navigation", name="Main, bottom")).to_be_visible()

    assert page.evaluate("document.documentElement.scrollWidth") == width
    boxes = [button.bounding_box() for button in page.get_by_role("button").all()]
    assert all(box["height"] >= NARROWEST_TARGET for box in boxes if box)
    photograph(f"phone-{path.strip('/').split('?')[0] or 'overview'}")


PAGES = {
    "overview": "/?last=7",
    "answer": "/ask?q=top+5+pages+by+page+views+in+the+last+30+days",
    "refusal": "/ask?q=weather+on+mars",
    "ask": "/ask",
    "live": "/live",
    "quality": "/quality",
    "not-found": "/no/such/page",
}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(page: Page, theme: str, photograph: Photograph) -> None:
    page.add_init_script(f"localStorage.setItem('theme', {json.dumps(theme)})")
    for name, path in PAGES.items():
        page.goto(path)
        page.wait_for_load_state("networkidle")
        assert violations(page) == [], (name, theme)
        photograph(f"{name}-{theme}")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_open_menus_and_tables(overview: Page, theme: str) -> None:
    overview.evaluate(f"document.documentElement.dataset.theme = {json.dumps(theme)}")
    overview.get_by_role("button", name="Show as table").click()
    for button in ("Period:", "Project", "Account"):
        overview.get_by_role("button", name=button).first.click()
        overview.wait_for_timeout(300)
        assert violations(overview) == [], (button, theme)
        overview.keyboard.press("Escape")


@pytest.mark.parametrize("path", ["/login", "/register"])
def test_axe_finds_nothing_before_signing_in(visitor: Page, path: str, screenshots: Any) -> None:
    visitor.goto(path)
    visitor.wait_for_load_state("networkidle")
    visitor.screenshot(path=screenshots / f"{path.strip('/')}.png")

    assert violations(visitor) == []


def test_everything_works_from_the_keyboard(overview: Page) -> None:
    overview.keyboard.press("Tab")
    skip = overview.get_by_role("link", name="Skip to content")
    expect(skip).to_be_focused()
    overview.keyboard.press("Enter")
    overview.get_by_role("button", name="Period:").focus()
    overview.keyboard.press("Enter")
    expect(overview.get_by_role("button", name="Today")).to_be_focused()
    overview.keyboard.press("Escape")
    expect(overview.get_by_role("button", name="Period:")).to_be_focused()


def test_api_documentation_renders_without_another_host(visitor: Page, platform: Platform) -> None:
    hosts: set[str] = set()
    visitor.on("request", lambda request: hosts.add(httpx.URL(request.url).netloc.decode()))
    visitor.goto("/api/docs")

    expect(visitor.get_by_text("/api/v1/overview")).to_be_visible()
    assert hosts == {httpx.URL(platform.dashboard_url).netloc.decode()}


def test_the_page_says_that_the_server_is_away_and_recovers(
    page: Page, context: BrowserContext
) -> None:
    other = context.new_page()  # one whose failed requests are not held against it
    context.route("**/api/v1/**", lambda route: route.abort())
    other.goto("/")
    expect(other.get_by_role("heading", name="The server is away")).to_be_visible(timeout=60_000)

    context.unroute("**/api/v1/**")
    other.get_by_role("button", name="Try again").click()
    expect(other.locator("[data-metric=events]")).to_be_visible()
