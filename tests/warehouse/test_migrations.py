"""The raw schema: applied once, re-runnable, and never changed behind the ledger's back."""

import re
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from clickhouse_connect.driver.client import Client

from warehouse.client import connect
from warehouse.migrations import MigrationError, available, migrate, time_zones
from warehouse.migrations.statements import split

RERUNNABLE = re.compile(
    r"^(CREATE (DATABASE|TABLE|VIEW) IF NOT EXISTS|ALTER TABLE .* IF (NOT )?EXISTS"
    r"|ALTER TABLE \S+(\s+MODIFY (COLUMN|SETTING) [^,]+,?)+$)",
    re.S,
)


@pytest.fixture
def client(warehouse_url: str) -> Iterator[Client]:
    client = connect(warehouse_url)
    yield client
    client.close()


@pytest.fixture
def directory(tmp_path: Path, client: Client) -> Iterator[Path]:
    """An empty migrations directory; what its tests record is forgotten afterwards."""
    yield tmp_path
    client.command(
        "ALTER TABLE raw.schema_migrations DELETE WHERE name LIKE '9%' SETTINGS mutations_sync = 2"
    )


def write(directory: Path, sql: str) -> str:
    name = f"9{uuid.uuid4().hex}"
    (directory / f"{name}.sql").write_text(sql)
    return name


def test_a_second_run_applies_nothing(client: Client) -> None:
    assert migrate(client) == []


def test_every_raw_table_exists(client: Client) -> None:
    tables = client.query("SELECT name FROM system.tables WHERE database = 'raw'").result_rows
    assert {
        "events",
        "events_rejected",
        "event_schemas",
        "funnel_definitions",
        "identity_overrides",
        "load_watermarks",
        "projects",
        "time_zone_offsets",
    } <= {name for (name,) in tables}


def test_every_statement_can_run_again() -> None:
    statements = [statement for migration in available() for statement in split(migration.sql)]
    assert [statement for statement in statements if not RERUNNABLE.match(statement)] == []


def test_a_failed_migration_names_its_file_and_statement_and_runs_again(
    client: Client, directory: Path
) -> None:
    table = f"raw.t_{uuid.uuid4().hex}"
    create = f"CREATE TABLE IF NOT EXISTS {table} (a UInt8) ENGINE = Memory"
    name = write(directory, f"{create};\nCREATE TABEL x;")
    with pytest.raises(MigrationError, match=rf"{name}\.sql, statement 2 failed") as failure:
        migrate(client, directory)
    assert "CREATE TABEL x" in str(failure.value)

    (directory / f"{name}.sql").write_text(create)
    assert migrate(client, directory) == [name]
    client.command(f"DROP TABLE {table}")


def test_a_changed_migration_is_refused(client: Client, directory: Path) -> None:
    name = write(directory, "CREATE DATABASE IF NOT EXISTS raw")
    migrate(client, directory)
    (directory / f"{name}.sql").write_text("CREATE DATABASE IF NOT EXISTS other")
    with pytest.raises(MigrationError, match="was changed after it had been applied"):
        migrate(client, directory)


@pytest.mark.parametrize(
    ("moment", "zone", "local"),
    [
        ("2026-03-29 00:59:59", "Europe/Paris", "2026-03-29 01:59:59"),
        ("2026-03-29 01:00:00", "Europe/Paris", "2026-03-29 03:00:00"),
        ("2039-07-01 00:00:00", "America/New_York", "2039-06-30 20:00:00"),
        ("2000-01-01 00:00:00", "Asia/Kathmandu", "2000-01-01 05:45:00"),
        ("2026-06-01 12:00:00", "UTC", "2026-06-01 12:00:00"),
    ],
)
def test_an_asof_join_gives_local_time(client: Client, moment: str, zone: str, local: str) -> None:
    query = """
        SELECT toString(toDateTime(e.moment + toIntervalSecond(o.offset_seconds), 'UTC'))
        FROM (SELECT toDateTime64({moment:String}, 3, 'UTC') AS moment, {zone:String} AS zone) AS e
        ASOF JOIN raw.time_zone_offsets AS o ON e.zone = o.zone AND e.moment >= o.valid_from
    """
    assert client.query(query, {"moment": moment, "zone": zone}).result_rows == [(local,)]


def test_an_interrupted_fill_of_the_time_zones_is_repaired(client: Client) -> None:
    client.command("TRUNCATE TABLE raw.time_zone_offsets")
    migrate(client)
    zones = client.query("SELECT uniqExact(zone) FROM raw.time_zone_offsets").result_rows[0][0]
    assert zones == len(time_zones.names()) == 598


def test_statements_are_cut_only_at_their_own_semicolons() -> None:
    sql = "-- a; b\nSELECT ';' , `x;y`; /* ; */ SELECT 'it''s;' ;\n\n-- end;"
    assert split(sql) == ["SELECT ';' , `x;y`", "SELECT 'it''s;'"]
