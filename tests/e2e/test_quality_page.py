"""The page of data checks in a real browser, over the outcomes of the first build."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import dagster as dg
import pytest
from clickhouse_connect.driver.client import Client
from playwright.sync_api import Locator, Page, Route, expect

from orchestration.defs.quality.results import CheckOutcome, record
from tests.e2e.accessibility import violations
from tests.platform import Platform
from warehouse.client import connect

pytestmark = pytest.mark.timeout(600)

RUN_ID = "5ea1ab1e-0000-4000-8000-000000000000"
RAW_EVENTS = dg.AssetKey(["raw", "events"])


@pytest.fixture
def warehouse(platform: Platform) -> Iterator[Client]:
    client = connect(platform.clickhouse_url)
    yield client
    client.close()


@pytest.fixture
def bad_build(warehouse: Client, platform: Platform) -> Iterator[None]:
    """Outcomes as the checks of a build write them when a duplicate and a quiet day are there."""
    project_id = str(platform.login["project_id"])
    found = {
        "key_is_unique": ("raw_events", True, 3, {project_id: 3}),
        "volume_is_usual": ("raw_volume", False, 1, {project_id: 1, "somebody-else": 1}),
        "columns_exist": ("raw_events", True, 1, None),
    }
    outcomes = [
        CheckOutcome(
            RAW_EVENTS,
            suite,
            name,
            "great_expectations",
            passed=False,
            blocking=blocking,
            description=f"Words about {name}.",
            unexpected_count=count,
            observed={"error": "Unknown table expression"} if by_project is None else {},
            unexpected_by_project=by_project,
        )
        for name, (suite, blocking, count, by_project) in found.items()
    ]
    record(warehouse, RUN_ID, outcomes)
    yield
    warehouse.command(
        "ALTER TABLE ops.quality_results DELETE WHERE run_id = {run:String} "
        "SETTINGS mutations_sync = 2",
        parameters={"run": RUN_ID},
    )


def counts(page: Page) -> dict[str, int]:
    """The numbers of the outcomes, once they are there."""
    expect(page.locator("[data-outcome=all]")).to_be_visible()
    tiles = page.locator("[data-outcome]").all()
    return {
        str(tile.get_attribute("data-outcome")): int(tile.get_attribute("data-value") or -1)
        for tile in tiles
    }


def row(page: Page, check: str) -> Locator:
    return page.locator(f"tr[data-check={check}][data-asset='raw.events']")


def test_every_check_is_there_once_and_has_passed(
    page: Page, platform: Platform, warehouse: Client
) -> None:
    """Events that other tests sent may have started a second build meanwhile."""
    page.goto("/")
    page.get_by_role("navigation", name="Main", exact=True).get_by_text("Quality").click()
    expect(page.get_by_role("heading", name="Data quality")).to_be_visible()
    found = counts(page)
    sql = """
        SELECT uniqExact(asset, expectation), groupUniqArray(substring(run_id, 1, 8))
        FROM analytics.quality_results WHERE project_id = {project:String}
    """
    parameters = {"project": platform.login["project_id"]}
    ((total, runs),) = warehouse.query(sql, parameters=parameters).result_rows

    assert found == {"all": total, "failed": 0, "warned": 0, "passed": total}
    expect(page.get_by_text(re.compile(f"by build ({'|'.join(runs)})"))).to_be_visible()
    expect(row(page, "key_is_unique")).to_contain_text("One row per (project_id, event_id).")
    expect(row(page, "key_is_unique")).to_contain_text(re.compile("Passed.*0 rows.*expected 0"))


def test_long_suites_are_shown_whole_on_request(page: Page) -> None:
    page.goto("/quality?find=tests+of+models")
    rows = page.get_by_role("row").filter(has=page.get_by_role("rowheader"))
    expect(rows).to_have_count(8)
    page.get_by_role("button", name="Show all").click()

    expect(page.get_by_role("button", name="Show all")).to_have_count(0)
    assert rows.count() == int(
        page.get_by_text(re.compile(r"^\d+ passed$")).inner_text().split()[0]
    )


@pytest.mark.usefixtures("bad_build")
def test_what_is_wrong_stands_first(
    page: Page, photograph: Callable[[str], None], screenshots: Path
) -> None:
    page.goto("/quality")
    found = counts(page)
    assert (found["failed"], found["warned"]) == (2, 1)

    expect(page.get_by_text("2 checks have failed")).to_be_visible()
    first = page.get_by_role("rowheader").first
    expect(first).to_contain_text("Words about columns_exist.")
    expect(first).to_contain_text("Unknown table expression")
    expect(row(page, "key_is_unique")).to_contain_text(re.compile("Failed.*3 rows.*expected 0"))
    # What the check found elsewhere is not this project's to see.
    expect(row(page, "volume_is_usual")).to_contain_text(re.compile("Warned.*1 row.*expected 0"))
    strip = row(page, "key_is_unique").get_by_role("img").last
    expect(strip).to_have_attribute("aria-label", re.compile(r"2 runs, 1 did not pass|1 did not"))
    expect(row(page, "type_is_known")).to_contain_text("not in the last build")
    assert violations(page) == []
    photograph("quality-failed")


@pytest.mark.usefixtures("bad_build")
def test_outcomes_are_filtered_by_status_and_words(page: Page) -> None:
    page.goto("/quality")
    page.get_by_role("button", name="Warned").click()
    expect(page).to_have_url(re.compile("status=warned"))
    expect(page.get_by_role("rowheader")).to_have_count(1)
    page.get_by_role("button", name="All checks").click()
    page.get_by_label("Find a check").fill("no such words")

    expect(page.get_by_text("No check matches.")).to_be_visible()


def test_a_project_without_builds_is_told_when_checks_run(
    page: Page, photograph: Callable[[str], None]
) -> None:
    def without_checks(route: Route) -> None:
        """As the API answers before the first build, of which the platform already has one."""
        answer = route.fetch()
        route.fulfill(response=answer, json={**answer.json(), "checks": [], "last_build": None})

    page.route("**/api/v1/quality*", without_checks)
    page.goto("/quality")

    expect(page.get_by_role("heading", name="No build has checked the data")).to_be_visible()
    photograph("quality-empty")
