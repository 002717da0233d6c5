"""Brings both databases to the schema that this version of the program expects."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from stack.environment import Environment
from stack.errors import StackError


@dataclass(frozen=True)
class Migrated:
    control_plane_revision: str
    warehouse_migrations: tuple[str, ...]


def migrate(environment: Environment) -> Migrated:
    """Idempotent. Raises StackError with what went wrong, and can then be run again."""
    variables = environment.variables
    with _told_as("PostgreSQL"):
        ensure_database(variables["DATABASE_URL"])
        control_plane_revision = _migrate_control_plane(variables["DATABASE_URL"])
    with _told_as("ClickHouse"):
        warehouse_migrations = _migrate_warehouse(variables["CLICKHOUSE_URL"])
    return Migrated(control_plane_revision, warehouse_migrations)


@contextmanager
def _told_as(database: str) -> Iterator[None]:
    """Whatever a driver or a migration raises, as one sentence."""
    try:
        yield
    except Exception as error:  # two drivers, two migration tools: each raises its own
        told = getattr(error, "orig", None) or error  # SQLAlchemy wraps the driver's error
        reason = " ".join(str(told).split())
        message = f"{database} was not migrated: {reason} Run `analytics migrate` again."
        raise StackError(message) from error


def _migrate_control_plane(database_url: str) -> str:
    from control_plane.migrations import upgrade

    return upgrade(database_url)


def _migrate_warehouse(clickhouse_url: str) -> tuple[str, ...]:
    from warehouse.client import connect
    from warehouse.migrations import migrate as migrate_warehouse

    client = connect(clickhouse_url)
    try:
        return tuple(migrate_warehouse(client))
    finally:
        client.close()


def ensure_database(url: str) -> None:
    """Create the PostgreSQL database that `url` names, unless it exists."""
    target = make_url(url).set(drivername="postgresql")
    database = target.database or ""
    if _exists(target.render_as_string(hide_password=False), database):
        return
    server = target.set(database="postgres").render_as_string(hide_password=False)
    with psycopg.connect(server, autocommit=True) as connection:
        name = sql.Identifier(database)
        connection.execute(sql.SQL("create database {}").format(name))


def _exists(url: str, database: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.OperationalError as error:
        # While connecting, libpq gives the server's message but no SQLSTATE.
        if f'database "{database}" does not exist' in str(error):
            return False
        raise
    return True
