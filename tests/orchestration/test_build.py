"""Whole runs: control plane and raw events in, marts and checks out."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import dagster as dg
import psutil
import pytest

from control_plane.database import Database
from control_plane.repositories import organisations, projects
from orchestration.defs.warehouse.rebuild import is_refresh_due
from orchestration.settings import settings
from tests.orchestration.conftest import Platform
from tests.orchestration.sample_events import load_events

pytestmark = pytest.mark.timeout(900)

EVENTS = 3000


@pytest.fixture(scope="module")
def definitions(platform: Platform) -> Iterator[dg.Definitions]:
    settings.cache_clear()
    from orchestration.definitions import defs

    yield defs
    settings.cache_clear()


@pytest.fixture(scope="module")
def project_id(platform: Platform) -> str:
    with Database(platform.database_url) as database:
        organisation = database.run(organisations.create, "Example")
        project = database.run(projects.create, organisation.id, "Shop", timezone="Europe/Berlin")
    load_events(platform.client, project.id, EVENTS, load_id=1)
    return str(project.id)


@pytest.fixture(scope="module")
def first_build(definitions: dg.Definitions, project_id: str) -> dg.ExecuteInProcessResult:
    return run(definitions, "build")


@pytest.fixture(scope="module")
def first_contents(
    platform: Platform, first_build: dg.ExecuteInProcessResult
) -> dict[str, tuple[object, ...]]:
    """The marts before the late events arrive."""
    assert first_build.success
    return contents(platform)


@pytest.fixture(scope="module")
def late_refresh(
    definitions: dg.Definitions,
    platform: Platform,
    project_id: str,
    first_contents: dict[str, tuple[object, ...]],
) -> dg.ExecuteInProcessResult:
    """200 events of ten days ago, which arrive after those of today."""
    assert first_contents
    load_events(platform.client, project_id, 200, load_id=2, days_ago=10)
    return run(definitions, "refresh")


def run(
    definitions: dg.Definitions, job: str, run_config: dict[str, Any] | None = None
) -> dg.ExecuteInProcessResult:
    definition = definitions.resolve_job_def(job)
    return definition.execute_in_process(run_config=run_config, raise_on_error=False)


def materialized(result: dg.ExecuteInProcessResult) -> set[str]:
    return {
        event.asset_key.to_user_string()
        for event in result.get_asset_materialization_events()
        if event.asset_key
    }


def failed_checks(result: dg.ExecuteInProcessResult) -> list[str]:
    return [check.check_name for check in result.get_asset_check_evaluations() if not check.passed]


def number(platform: Platform, sql: str) -> int:
    return int(platform.client.query(sql).result_rows[0][0])


def test_a_build_materialises_every_asset(
    definitions: dg.Definitions, first_build: dg.ExecuteInProcessResult
) -> None:
    graph = definitions.resolve_asset_graph()
    expected = {key.to_user_string() for key in graph.materializable_asset_keys}
    assert first_build.success
    assert materialized(first_build) == expected


def test_every_check_passes_on_good_data(
    definitions: dg.Definitions, first_build: dg.ExecuteInProcessResult
) -> None:
    graph = definitions.resolve_asset_graph()
    assert failed_checks(first_build) == []
    assert len(first_build.get_asset_check_evaluations()) == len(graph.asset_check_keys)


@pytest.mark.usefixtures("first_build")
def test_every_raw_event_is_a_fact(platform: Platform, project_id: str) -> None:
    facts = "SELECT count() FROM analytics.fct_events WHERE project_id = {project:String}"
    result = platform.client.query(facts, parameters={"project": project_id})
    assert result.result_rows == [(EVENTS,)]


@pytest.mark.usefixtures("first_build")
def test_project_settings_reach_the_warehouse(platform: Platform, project_id: str) -> None:
    rows = platform.client.query("SELECT project_id, timezone FROM raw.projects FINAL").result_rows
    assert rows == [(project_id, "Europe/Berlin")]


@pytest.mark.usefixtures("first_build")
def test_outcomes_of_checks_are_kept(platform: Platform) -> None:
    sql = "SELECT countIf(passed), count() FROM ops.quality_results WHERE source = '{}'"
    for source, least in (("great_expectations", 25), ("reconciliation", 4), ("dbt", 8)):
        passed, total = platform.client.query(sql.format(source)).result_rows[0]
        assert passed == total >= least


@pytest.mark.usefixtures("first_build")
def test_a_project_finds_every_check_in_its_quality_results(
    platform: Platform, project_id: str
) -> None:
    outcomes = number(platform, "SELECT count() FROM ops.quality_results")
    sql = (
        "SELECT count(), countIf(has_passed), sum(unexpected_count), uniqExact(suite) >= 9 "
        "FROM analytics.quality_results WHERE project_id = {project:String}"
    )
    rows = platform.client.query(sql, parameters={"project": project_id}).result_rows
    assert rows == [(outcomes, outcomes, 0, 1)]


def test_queries_carry_the_run_that_sent_them(
    platform: Platform, first_build: dg.ExecuteInProcessResult
) -> None:
    platform.client.command("SYSTEM FLUSH LOGS")
    sql = (
        "SELECT DISTINCT JSONExtractString(log_comment, 'step') FROM system.query_log "
        "WHERE JSONExtractString(log_comment, 'dagster_run_id') = {run:String}"
    )
    rows = platform.client.query(sql, parameters={"run": first_build.run_id}).result_rows
    assert {step for (step,) in rows} == {
        "control_plane_sync",
        "observe_raw",
        "raw_checks",
        "dbt_models",
        "mart_checks",
    }


def test_every_column_of_every_model_tells_what_it_is_made_of(
    definitions: dg.Definitions, first_build: dg.ExecuteInProcessResult
) -> None:
    columns = {
        spec.key.to_user_string(): {column.name for column in schema.columns}
        for spec in definitions.resolve_all_asset_specs()
        if (schema := spec.metadata.get("dagster/column_schema"))
    }
    lineage = column_lineage_by_asset(first_build)
    assert {asset: set(deps) for asset, deps in lineage.items()} == columns
    assert lineage["analytics/active_users_daily"]["wau"] == {
        "intermediate/int_active_days.active_dates"
    }
    # One sorted array of what happened gives the engaged time and the paths.
    happened = ("event_id", "event_name", "is_interactive", "is_page_view", "occurred_at", "path")
    assert lineage["analytics/fct_sessions"]["engaged_seconds"] == {
        f"analytics/fct_events.{column}" for column in happened
    }
    constants = {
        column
        for asset, deps in lineage.items()
        if asset.startswith("analytics/")
        for column, sources in deps.items()
        if not sources
    }
    assert constants <= {"version", "mode", "step_kind"}


def column_lineage_by_asset(
    result: dg.ExecuteInProcessResult,
) -> dict[str, dict[str, set[str]]]:
    """asset -> column -> what it is made of, each as asset.column."""
    return {
        event.asset_key.to_user_string(): {
            column: {f"{dep.asset_key.to_user_string()}.{dep.column_name}" for dep in deps}
            for column, deps in found.value.deps_by_column.items()
        }
        for event in result.get_asset_materialization_events()
        if event.asset_key
        and (found := event.materialization.metadata.get("dagster/column_lineage"))
        and isinstance(found, dg.TableColumnLineageMetadataValue)
    }


@pytest.mark.usefixtures("first_build")
def test_the_documentation_of_the_warehouse_is_one_page(platform: Platform) -> None:
    page = (platform.data_directory / "warehouse_docs" / "index.html").read_text()
    assert "Every accepted event, assigned to a person and a session." in page


@pytest.mark.usefixtures("first_build")
def test_an_invocation_that_succeeded_leaves_no_files(platform: Platform) -> None:
    assert list((platform.data_directory / "dagster" / "dbt_runs").iterdir()) == []


def test_a_refresh_takes_new_events_without_checks(
    platform: Platform, late_refresh: dg.ExecuteInProcessResult
) -> None:
    assert late_refresh.success
    assert late_refresh.get_asset_check_evaluations() == []
    assert number(platform, "SELECT count() FROM analytics.fct_events") == EVENTS + 200


@pytest.mark.usefixtures("late_refresh")
def test_days_are_built_anew_and_other_loads_are_left_alone(
    definitions: dg.Definitions, platform: Platform
) -> None:
    before = contents(platform)
    others = "SELECT max(version) FROM analytics.fct_events WHERE load_id = 1"
    version = number(platform, others)
    for damage in (
        "fct_events DELETE WHERE load_id = 2",
        "fct_person_days DELETE WHERE activity_date < today() - 5",
        "fct_hourly DELETE WHERE hour_at < today() - 5",
        "fct_sessions UPDATE entry_path = '/wrong' WHERE session_date < today() - 5",
    ):
        platform.client.command(f"ALTER TABLE analytics.{damage} SETTINGS mutations_sync = 2")
    assert contents(platform) != before
    today = datetime.now(UTC).date()
    days = {"from_day": str(today - timedelta(11)), "to_day": str(today - timedelta(9))}
    assert run(definitions, "rebuild_days", days).success
    assert contents(platform) == before
    assert number(platform, others) == version


def contents(platform: Platform) -> dict[str, tuple[object, ...]]:
    """Rows and a checksum of what readers see, whichever build has written it."""
    columns = {
        "fct_events": "* EXCEPT version",
        "fct_sessions": "* EXCEPT version",
        "fct_person_days": "* EXCEPT version",
        "fct_hourly": "* EXCEPT version",
        "dim_persons": "* EXCEPT version",
        "dim_identities": "* EXCEPT version",
        "fct_refused_merges": "* EXCEPT version",
        "active_users_daily": "*",
        "fct_lifecycle_daily": "*",
        "fct_retention": "*",
        "fct_revenue_daily": "*",
        "fct_ltv_cohorts": "*",
        "fct_event_hours": "*",
        "fct_pages_daily": "*",
        "fct_campaigns_daily": "*",
        "dim_properties": "*",
        "events_hourly": "*",
    }
    sql = "SELECT count(), sum(cityHash64({})) FROM analytics.{}"
    return {
        table: tuple(platform.client.query(sql.format(names, table)).result_rows[0])
        for table, names in columns.items()
    }


@pytest.mark.usefixtures("late_refresh")
def test_expired_events_leave_the_marts_as_if_they_had_never_been(
    definitions: dg.Definitions,
    platform: Platform,
    project_id: str,
    first_contents: dict[str, tuple[object, ...]],
) -> None:
    """The late events are ten days old; the project now keeps five."""
    with Database(platform.database_url) as database:
        database.run(projects.update, project_id, retention_days=5)
    platform.client.command(
        "INSERT INTO raw.events_rejected (project_id, received_at) "
        "SELECT arrayJoin([{project:String}, 'another']), now64(3) - INTERVAL number * 4 DAY "
        "FROM numbers(3)",
        parameters={"project": project_id},
    )
    assert told(run(definitions, "retention")) == (200, 1, False)
    assert number(platform, "SELECT count() FROM raw.events") == EVENTS + 200
    assert not is_refresh_due(platform.client)

    apply = {"ops": {"expire_events": {"config": {"apply": True}}}}
    assert told(run(definitions, "retention", apply)) == (200, 1, True)
    assert number(platform, "SELECT count() FROM raw.events") == EVENTS
    assert number(platform, "SELECT count() FROM raw.events_rejected") == 5
    assert is_refresh_due(platform.client)

    assert run(definitions, "refresh").success
    assert contents(platform) == first_contents
    assert not is_refresh_due(platform.client)
    assert told(run(definitions, "retention", apply)) == (0, 0, True)
    assert not is_refresh_due(platform.client)


def told(result: dg.ExecuteInProcessResult) -> tuple[object, ...]:
    """Events and rejected events to go, and whether they went, as Dagster shows them."""
    (output,) = (
        event.step_output_data for event in result.all_node_events if event.is_successful_output
    )
    return tuple(
        output.metadata[name].value for name in ("events_to_go", "rejected_to_go", "is_applied")
    )


@pytest.mark.usefixtures("first_build")
def test_bad_raw_events_keep_the_models_from_being_built(
    definitions: dg.Definitions, platform: Platform, project_id: str
) -> None:
    before = number(platform, "SELECT count() FROM analytics.fct_events")
    platform.client.command(
        "INSERT INTO raw.events (project_id, event_id, type, event_name, timestamp, received_at,"
        " load_id) VALUES ('', generateUUIDv4(), 'click', '', now64(3), now64(3), 99),"
        " ({project:String}, generateUUIDv4(), 'tap', 'tap', now64(3), now64(3), 99)",
        parameters={"project": project_id},
    )
    result = run(definitions, "build")
    platform.client.command(
        "ALTER TABLE raw.events DELETE WHERE load_id = 99 SETTINGS mutations_sync = 2"
    )
    assert not result.success
    assert set(failed_checks(result)) == {
        "type_is_known",
        "project_and_name_are_present",
        "person_is_present",
        "project_is_known",
    }
    assert not any(key.startswith("analytics/") for key in materialized(result))
    assert number(platform, "SELECT count() FROM analytics.fct_events") == before
    assert failures_of_project(platform, result.run_id, project_id) == {
        "type_is_known": 1,  # of two: the other one names no project
        "person_is_present": 1,
    }


def failures_of_project(platform: Platform, run_id: str, project_id: str) -> dict[str, int]:
    """expectation -> rows of the project that break it."""
    sql = (
        "SELECT expectation, unexpected_count FROM analytics.quality_results "
        "WHERE run_id = {run:String} AND project_id = {project:String} AND NOT has_passed"
    )
    rows = platform.client.query(sql, parameters={"run": run_id, "project": project_id})
    return {str(expectation): int(count) for expectation, count in rows.result_rows}


@pytest.mark.usefixtures("first_build")
def test_a_run_that_is_killed_takes_dbt_along_and_the_next_one_makes_up_for_it(
    definitions: dg.Definitions, platform: Platform, project_id: str
) -> None:
    load_events(platform.client, project_id, 200, load_id=3)
    worker = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from orchestration.definitions import defs; "
            "defs.resolve_job_def('refresh').execute_in_process()",
        ],
        env={**os.environ, "MALLOC_ARENA_MAX": "2"},
    )
    dbt = wait_for_models(platform, worker)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    dbt.wait(timeout=30)
    assert run(definitions, "refresh").success
    facts = number(platform, "SELECT count() FROM analytics.fct_events")
    assert facts == number(platform, "SELECT count() FROM raw.events")


def wait_for_models(platform: Platform, worker: subprocess.Popen[bytes]) -> psutil.Process:
    """The dbt process of `worker`, once it has begun to write."""
    windows = "SELECT count() FROM intermediate.int_load_windows"
    before = number(platform, windows)
    while number(platform, windows) == before:
        assert worker.poll() is None, "the run ended before it could be killed"
        time.sleep(0.05)
    (dbt,) = [
        child
        for child in psutil.Process(worker.pid).children()
        if any("analytics-dbt" in word for word in child.cmdline())
    ]
    return dbt
