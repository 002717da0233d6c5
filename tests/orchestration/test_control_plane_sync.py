"""Settings reach the warehouse, and what did not change is not written."""

import dagster as dg
import pytest

from control_plane.database import Database
from control_plane.repositories import funnels, organisations, projects, tracking_plan
from orchestration.defs.control_plane.assets import control_plane_sync
from orchestration.defs.control_plane.tables import TABLES, Row, SyncedTable, difference
from orchestration.resources import ControlPlane, Warehouse
from tests.orchestration.conftest import Platform
from warehouse.client import connect

FUNNELS = next(table for table in TABLES if table.name == "funnel_definitions")
DEFINITION = {"kind": "funnel", "steps": [{"event": "page_view"}, {"event": "order_completed"}]}


def test_what_is_new_or_different_is_written() -> None:
    stored: list[Row] = [("p", "f1", "Old name", "{}"), ("p", "f2", "Same", "{}")]
    wanted: list[Row] = [("p", "f1", "Name", "{}"), ("p", "f2", "Same", "{}"), ("p", "f3", "", "")]
    found = difference(FUNNELS, stored, wanted)
    assert found.changed == [("p", "f1", "Name", "{}"), ("p", "f3", "", "")]
    assert found.removed == []


def test_what_is_gone_is_removed_by_its_key() -> None:
    found = difference(FUNNELS, [("p", "f1", "Name", "{}")], [])
    assert found.changed == []
    assert found.removed == [("p", "f1")]


class Sync:
    """One control plane and its warehouse."""

    def __init__(self, warehouse_url: str, database_url: str) -> None:
        self._resources = {
            "warehouse": Warehouse(url=warehouse_url),
            "control_plane": ControlPlane(url=database_url),
        }
        self.client = connect(warehouse_url)
        self.database = Database(database_url)

    def run(self) -> dict[str, tuple[int, int]]:
        """(changed, removed) by table."""
        result = dg.materialize([control_plane_sync], resources=self._resources)
        return {table.name: self._changes(result, table) for table in TABLES}

    @staticmethod
    def _changes(result: dg.ExecuteInProcessResult, table: SyncedTable) -> tuple[int, int]:
        (event,) = [
            event
            for event in result.get_asset_materialization_events()
            if event.asset_key == dg.AssetKey(["raw", table.name])
        ]
        metadata = event.materialization.metadata
        return int(str(metadata["changed"].value)), int(str(metadata["removed"].value))

    def stored(self, sql: str) -> list[tuple[object, ...]]:
        return [tuple(row) for row in self.client.query(sql).result_rows]


@pytest.fixture
def sync(platform: Platform) -> Sync:
    """A synchronisation removes what it does not know, so it gets a warehouse of its own."""
    return Sync(platform.clickhouse_url, platform.database_url)


def test_everything_is_copied_once_and_follows_changes(sync: Sync) -> None:
    organisation = sync.database.run(organisations.create, "Example")
    project = sync.database.run(
        projects.create, organisation.id, "Shop", timezone="Asia/Kolkata", include_bots=True
    )
    funnel = sync.database.run(funnels.save, project.id, "Checkout", DEFINITION)
    revenue = {"properties": {"revenue": {"type": "number", "description": "Net"}}}
    order = {"description": "Paid", "properties": revenue}
    sync.database.run(
        tracking_plan.set_event, project.id, "order_completed", order, author="ada@example.com"
    )

    first = sync.run()
    assert (first["projects"][0], first["funnel_definitions"][0]) == (1, 1)
    assert first["event_schemas"][0] == 2
    assert sync.stored("SELECT project_id, timezone, include_bots FROM raw.projects FINAL") == [
        (project.id, "Asia/Kolkata", True)
    ]
    assert sync.stored("SELECT event_name, property_name FROM raw.event_schemas FINAL") == [
        ("order_completed", ""),
        ("order_completed", "revenue"),
    ]

    assert set(sync.run().values()) == {(0, 0)}, "nothing changed, nothing is written"

    sync.database.run(projects.update, project.id, timezone="Europe/Berlin")
    sync.database.run(funnels.archive, project.id, funnel.id)
    changes = sync.run()
    assert changes["projects"] == (1, 0)
    assert changes["funnel_definitions"] == (0, 1)
    assert sync.stored("SELECT timezone FROM raw.projects FINAL") == [("Europe/Berlin",)]
    assert sync.stored("SELECT count() FROM raw.funnel_definitions FINAL") == [(0,)]


def test_funnels_are_compiled_and_follow_their_project(sync: Sync) -> None:
    organisation = sync.database.run(organisations.create, "Funnels")
    project = sync.database.run(projects.create, organisation.id, "Shop", timezone="Asia/Kolkata")
    monthly = {**DEFINITION, "window": {"n": 1, "unit": "month"}}
    sync.database.run(funnels.save, project.id, "Checkout", monthly)
    broken = sync.database.run(funnels.save, project.id, "Broken", {**DEFINITION, "steps": []})

    assert sync.run()["funnel_definitions"] == (2, 0)
    compiled = (
        "SELECT name, positionCaseInsensitive(attempts_sql, 'Asia/Kolkata') > 0, step_names, "
        "problem FROM raw.funnel_definitions FINAL ORDER BY name"
    )
    no_steps = "steps: List should have at least 1 item after validation, not 0"
    assert sync.stored(compiled) == [
        ("Broken", 0, [], no_steps),
        ("Checkout", 1, ["page_view", "order_completed"], ""),
    ]

    sync.database.run(projects.update, project.id, timezone="Europe/Berlin")
    sync.database.run(funnels.archive, project.id, broken.id)
    assert sync.run()["funnel_definitions"] == (1, 1)
    assert sync.stored(compiled) == [("Checkout", 0, ["page_view", "order_completed"], "")]
