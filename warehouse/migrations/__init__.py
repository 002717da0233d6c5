"""Versioned migrations of the raw schema, recorded in `raw.schema_migrations`.

A file is applied statement by statement and recorded once all of them succeeded. ClickHouse has no
transactional DDL, so every statement must be one that can run again (`IF NOT EXISTS` and the like):
after a failure the whole file reruns.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError

from warehouse.migrations import time_zones
from warehouse.migrations.statements import split

VERSIONS = Path(__file__).parent / "versions"

_LEDGER = (
    "CREATE DATABASE IF NOT EXISTS raw",
    """CREATE TABLE IF NOT EXISTS raw.schema_migrations
    (name String, checksum String, applied_at DateTime64(3, 'UTC') DEFAULT now64(3))
    ENGINE = ReplacingMergeTree(applied_at) ORDER BY name""",
)


class MigrationError(Exception):
    """A migration could not be applied; the message names the file and the statement."""


@dataclass(frozen=True)
class Migration:
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.sql.encode()).hexdigest()


def available(directory: Path = VERSIONS) -> list[Migration]:
    """The migrations in `directory`, in the order of their numbers."""
    return [Migration(path.stem, path.read_text()) for path in sorted(directory.glob("[0-9]*.sql"))]


def migrate(client: Client, directory: Path = VERSIONS) -> list[str]:
    """Bring the raw schema up to date; returns the names of the migrations applied now."""
    for statement in _LEDGER:
        client.command(statement)
    applied = _applied(client)
    pending = [
        migration for migration in available(directory) if not _is_applied(migration, applied)
    ]
    for migration in pending:
        _apply(client, migration)
    _fill_time_zones(client)
    return [migration.name for migration in pending]


def _applied(client: Client) -> dict[str, str]:
    rows = client.query("SELECT name, checksum FROM raw.schema_migrations FINAL").result_rows
    return {str(name): str(checksum) for name, checksum in rows}


def _is_applied(migration: Migration, applied: dict[str, str]) -> bool:
    checksum = applied.get(migration.name)
    if checksum not in (None, migration.checksum):
        raise MigrationError(
            f"{migration.name}.sql was changed after it had been applied: "
            "restore it, and put the change in a new file"
        )
    return checksum is not None


def _apply(client: Client, migration: Migration) -> None:
    for number, statement in enumerate(split(migration.sql), start=1):
        try:
            client.command(statement)
        except ClickHouseError as error:
            raise MigrationError(
                f"{migration.name}.sql, statement {number} failed: {error}\n{statement}\n"
                "Nothing after it was run. Once the cause is gone, migrate again."
            ) from error
    client.insert(
        "raw.schema_migrations", [(migration.name, migration.checksum)], ["name", "checksum"]
    )


def _fill_time_zones(client: Client) -> None:
    """Replace the offsets when the tzdata package has changed, or a fill was interrupted."""
    stored = client.query(
        "SELECT count(), any(tzdata_version), uniqExact(tzdata_version) FROM raw.time_zone_offsets"
    )
    count, version, versions = stored.result_rows[0]
    if count and (version, versions) == (time_zones.VERSION, 1):
        return
    client.command("TRUNCATE TABLE raw.time_zone_offsets")
    columns = ["zone", "valid_from", "offset_seconds", "tzdata_version"]
    client.insert("raw.time_zone_offsets", time_zones.rows(), columns)
