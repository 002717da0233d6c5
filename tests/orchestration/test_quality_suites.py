"""What volume and drift call unusual, at their limits. The queries run without the library."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from clickhouse_connect.driver.client import Client

from orchestration.defs.quality import drift, volume
from orchestration.defs.quality.suites import Expectation, is_between, is_present, refers_to
from warehouse.client import connect

SAME_WEEKDAYS = (8, 15, 22, 29)


@pytest.fixture(scope="module")
def client(warehouse_url: str) -> Iterator[Client]:
    client = connect(warehouse_url)
    yield client
    client.close()


def broken(client: Client, expectation: Expectation, batch: str) -> list[tuple[object, ...]]:
    """Rows that break the expectation, of a SELECT that stands for the table."""
    sql = str(expectation.violations).replace("{batch}", f"({batch})")
    return [tuple(row) for row in client.query(sql).result_rows]


def days(counts: Mapping[int, int], project: str = "p") -> str:
    """Events of a project by how many days ago."""
    today = datetime.now(UTC).date()
    rows = ", ".join(
        f"('{project}', '{today - timedelta(days=ago)}', {count})" for ago, count in counts.items()
    )
    return f"SELECT * FROM values('project_id String, day Date, event_count UInt64', {rows})"


def usual(count: int) -> dict[int, int]:
    return dict.fromkeys(SAME_WEEKDAYS, count)


def test_a_fifth_of_the_usual_volume_is_still_usual(client: Client) -> None:
    expectation = volume.is_usual(0.2)
    assert broken(client, expectation, days({1: 200, **usual(1000)})) == []
    assert broken(client, expectation, days({1: 199, **usual(1000)})) == [("p",)]
    assert broken(client, expectation, days(usual(1000))) == [("p",)]


def test_one_weekday_without_events_leaves_nothing_to_compare_with(client: Client) -> None:
    counts = dict.fromkeys(SAME_WEEKDAYS[1:], 1000)
    assert broken(client, volume.is_usual(0.2), days(counts)) == []


def test_the_silence_of_one_project_is_no_collapse_of_all(client: Client) -> None:
    silent, busy = days(usual(1000), "silent"), days({1: 1000, **usual(1000)}, "busy")
    expectation = volume.has_not_collapsed(0.02)
    assert broken(client, expectation, f"{silent} UNION ALL {busy}") == []
    assert len(broken(client, expectation, silent)) == 1


def test_a_small_platform_may_have_an_empty_day(client: Client) -> None:
    assert broken(client, volume.has_not_collapsed(0.02), days(usual(999))) == []


def shares(dimension: str, counts: Sequence[tuple[str, int, int]]) -> str:
    """value, recent and earlier events of one dimension."""
    rows = ", ".join(f"('p', '{dimension}', '{v}', {new}, {old})" for v, new, old in counts)
    structure = "project_id String, dimension String, value String, recent UInt64, earlier UInt64"
    return f"SELECT * FROM values('{structure}', {rows})"


@pytest.mark.parametrize(
    ("recent_web", "drifts"),
    # Of 50:50 before: (0.74 - 0.5) ln(0.74 / 0.5) + (0.26 - 0.5) ln(0.26 / 0.5) = 0.2510.
    [(5000, False), (7300, False), (7400, True)],
)
def test_the_stability_index_is_compared_with_its_limit(
    client: Client, recent_web: int, drifts: bool
) -> None:
    batch = shares("platform", [("web", recent_web, 20_000), ("ios", 10_000 - recent_web, 20_000)])
    expected = [("p", "platform")] if drifts else []
    assert broken(client, drift.mix_is_stable(0.25), batch) == expected


def test_few_events_have_no_mix(client: Client) -> None:
    batch = shares("platform", [("web", 999, 0), ("ios", 0, 50_000)])
    assert broken(client, drift.mix_is_stable(0.25), batch) == []


@pytest.mark.parametrize(("filled", "breaks"), [(100, False), (99, True), (0, True)])
def test_a_column_that_runs_empty_is_noticed(client: Client, filled: int, breaks: bool) -> None:
    batch = shares("country", [("DE", filled, 20_000), ("", 10_000 - filled, 20_000)])
    expected = [("p", "country")] if breaks else []
    assert broken(client, drift.stays_filled(usual=0.5, least=0.01), batch) == expected


def test_a_column_that_was_never_full_may_be_empty(client: Client) -> None:
    batch = shares("country", [("DE", 0, 19_999), ("", 10_000, 20_001)])
    assert broken(client, drift.stays_filled(usual=0.5, least=0.01), batch) == []


def test_violations_tell_the_project(client: Client) -> None:
    batch = "SELECT * FROM values('project_id String, share Float64', ('p', 0.5), ('q', 1.5))"
    assert broken(client, is_between("share", 0, 1), batch) == [("q",)]
    assert broken(client, is_present("project_id"), batch) == []


def test_a_reference_is_looked_up_in_the_same_project(client: Client) -> None:
    expectation = refers_to("name", "system.tables", where="name != ''")
    assert expectation.name == "name_is_one_of_tables"
    rule = refers_to("zone", "(SELECT 'p' AS project_id, 'Europe/Berlin' AS zone)", where="1")
    batch = (
        "SELECT * FROM values('project_id String, zone String', "
        "('p', 'Europe/Berlin'), ('q', 'Europe/Berlin'), ('p', 'Mars'))"
    )
    assert sorted(broken(client, rule, batch)) == [("p", "Mars"), ("q", "Europe/Berlin")]
