"""Real files, from the import to the same numbers in SQL, in the dashboard and in an answer."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.platform import Platform
from tests.sample_data import sample_file
from warehouse.client import connect

pytestmark = pytest.mark.timeout(600)

RETAIL = ("online_retail_2010_2011.csv.gz", "--format", "csv")
MAPPING = ("--mapping", "docs/how-to/mappings/online_retail.yml")
WEB_LOG = ("web_access_2015.log.gz", "--format", "combined_log")
SITE = ("--site", "https://www.example.com")
DAILY_ADDRESSES = [
    ["2015-05-17", 341],
    ["2015-05-18", 627],
    ["2015-05-19", 561],
    ["2015-05-20", 505],
]
REVENUE, CANCELLED = 10_644_560.424, 896_812.49


def run(platform: Platform, *words: str) -> str:
    result = platform.analytics(*words, timeout=300)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.fixture(scope="module")
def projects(platform: Platform) -> dict[str, str]:
    """Both files, imported and built; the ids of their projects."""
    for name, (file, *form), more, settings in (
        ("Web log", WEB_LOG, SITE, ("--timezone", "UTC", "--include-bots")),
        ("Retail", RETAIL, MAPPING, ("--timezone", "Europe/London", "--currency", "GBP")),
    ):
        path = sample_file(file)
        run(platform, "projects", "create", name, *settings)
        run(platform, "import", str(path), "--project", name, *form, *more)
    run(platform, "build")
    return {
        each["name"]: each["id"] for each in json.loads(run(platform, "projects", "list", "--json"))
    }


@pytest.fixture(scope="module")
def api(platform: Platform) -> Iterator[httpx.Client]:
    login = {name: platform.login[name] for name in ("email", "password")}
    with httpx.Client(base_url=platform.dashboard_url, timeout=60) as client:
        token = client.post("/api/v1/auth/login", json=login).json()["access_token"]
        client.headers["authorization"] = f"Bearer {token}"
        yield client


def sql(platform: Platform, project: str, statement: str) -> list[list[Any]]:
    rows: list[list[Any]] = json.loads(
        run(platform, "sql", statement, "--project", project, "--json")
    )["rows"]
    return rows


def asked(platform: Platform, project: str, question: str) -> list[list[Any]]:
    rows: list[list[Any]] = json.loads(
        run(platform, "ask", question, "--project", project, "--json")
    )["result"]["rows"]
    return rows


def test_the_web_log_has_its_addresses_everywhere(
    platform: Platform, projects: dict[str, str], api: httpx.Client
) -> None:
    statement = "select activity_date, dau from active_users_daily where dau > 0 order by 1"
    assert sql(platform, "Web log", statement) == DAILY_ADDRESSES

    question = "daily active users from 17 May 2015 to 20 May 2015"
    assert asked(platform, "Web log", question) == DAILY_ADDRESSES

    days = {"project_id": projects["Web log"], "from": "2015-05-17", "to": "2015-05-21"}
    overview = api.get("/api/v1/overview", params=days).json()
    tiles = {tile["metric"]: tile for tile in overview["tiles"]}
    assert tiles["dau"]["trend"] == [count for _, count in DAILY_ADDRESSES]
    assert (tiles["people"]["value"], tiles["events"]["value"]) == (1_753, 9_999)


def test_the_invoices_have_their_revenue_everywhere(
    platform: Platform, projects: dict[str, str], api: httpx.Client
) -> None:
    statement = (
        "select event_name, count(), sum(revenue), uniqExact(nullIf(user_id, '')) from fct_events "
        "group by event_name order by event_name"
    )
    cancelled, completed = sql(platform, "Retail", statement)
    assert cancelled[:3] == ["order_cancelled", 3_836, pytest.approx(-CANCELLED)]
    assert completed[:3] == ["order_completed", 22_064, pytest.approx(REVENUE)]
    (customers,) = sql(platform, "Retail", "select uniqExact(nullIf(user_id, '')) from fct_events")
    assert customers == [4_372]

    years = "from 1 December 2010 to 9 December 2011"
    # The two negative adjustments of bad debt are among the completed ones, and are refunds.
    adjusted = 22_124.12
    (revenue,) = asked(platform, "Retail", f"revenue {years}")
    assert float(revenue[0]) == pytest.approx(REVENUE + adjusted)
    (net,) = asked(platform, "Retail", f"net revenue {years}")
    assert float(net[0]) == pytest.approx(REVENUE - CANCELLED)

    body = {
        "kind": "metrics",
        "metrics": ["net_revenue"],
        "time": {"from": "2010-12-01", "to": "2011-12-10"},
    }
    answer = api.post("/api/v1/query", params={"project_id": projects["Retail"]}, json=body).json()
    assert float(answer["rows"][0][0]) == pytest.approx(REVENUE - CANCELLED)


def test_the_marts_hold_the_figures_of_the_documentation(
    platform: Platform, projects: dict[str, str]
) -> None:
    """docs/reference/known-figures.md"""
    first_cohort = (
        "select cohort_size, retained from fct_retention where mode = 'calendar' "
        "and period = '{period}' and cohort_date = '{date}' order by period_index limit {count}"
    )
    days = sql(platform, "Web log", first_cohort.format(period="day", date="2015-05-17", count=4))
    assert days == [[341, 341], [341, 78], [341, 59], [341, 51]]
    months = sql(
        platform, "Retail", first_cohort.format(period="month", date="2010-12-01", count=13)
    )
    came_back = [362, 317, 367, 341, 376, 360, 336, 336, 374, 354, 474, 260]
    assert months == [[1_265, people] for people in (1_265, *came_back)]
    sessions = "select count(), countIf(is_bounce) from fct_sessions"
    assert sql(platform, "Web log", sessions) == [[3_052, 1_607]]
    assert sql(platform, "Retail", sessions)[0][0] == 23_689
    active = (
        "select uniqExact(person_id) from fct_person_days "
        "where toStartOfMonth(activity_date) = '2011-11-01'"
    )
    assert sql(platform, "Retail", active) == [[2_087]]


def test_a_second_import_of_the_same_file_adds_nothing(
    platform: Platform, projects: dict[str, str]
) -> None:
    path = sample_file(WEB_LOG[0])
    words = (str(path), "--project", "Web log", *WEB_LOG[1:], *SITE, "--again")
    report = run(platform, "import", *words)
    assert report.startswith("9,999 events, 1 rejected")
    client = connect(platform.clickhouse_url)
    stored = "select count() from raw.events where project_id = {project: String}"
    rows = client.query(stored, parameters={"project": projects["Web log"]}).result_rows
    client.close()
    assert rows == [(9_999,)]
