"""Marts built by hand: the tables of the dbt contracts, with rows whose numbers are easy to count.

Times are the project's wall clock (Europe/Berlin), as dbt stores them.
"""

import json
import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from clickhouse_connect.driver.client import Client

from semantic_layer.catalogue import Catalogue

ACME, GLOBEX = "acme", "globex"
BERLIN = ZoneInfo("Europe/Berlin")
SECRET = "SECRET-OF-NOBODY"

Row = dict[str, Any]


def create(client: Client, catalogue: Catalogue) -> None:
    """Empty tables with the columns of the contracts, and two that are not documented."""
    for database in ("analytics", "raw"):
        client.command(f"CREATE DATABASE IF NOT EXISTS {database}")
    for model in catalogue.models.values():
        columns = ", ".join(f"`{c.name}` {c.data_type}" for c in model.columns.values())
        client.command(
            f"CREATE TABLE {model.database}.{model.name} ({columns}) "
            f"ENGINE = MergeTree ORDER BY {'tuple()' if model.is_shared else 'project_id'}"
        )
    for table in ("raw.events", "analytics.secrets"):
        client.command(
            f"CREATE TABLE {table} (event_id UUID, user_id String, ip String) "
            "ENGINE = MergeTree ORDER BY event_id"
        )
        insert(client, table, [{"event_id": str(uuid.UUID(int=1)), "user_id": "u1", "ip": SECRET}])


def insert(client: Client, table: str, rows: Iterable[Row]) -> None:
    block = "\n".join(json.dumps(row) for row in rows)
    client.raw_insert(table, insert_block=block, fmt="JSONEachRow")


def person(user_id: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_OID, user_id))


def event(project: str, user: str, local: str, name: str = "page_view", **columns: Any) -> Row:
    """An event at a local time such as `2026-03-29 09:15`."""
    at = datetime.fromisoformat(local).replace(tzinfo=BERLIN)
    properties = columns.pop("properties", {})
    return {
        "project_id": project,
        "event_id": str(uuid.uuid5(uuid.NAMESPACE_OID, f"{project} {user} {local} {name}")),
        "event_name": name,
        "event_type": "page" if name == "page_view" else "track",
        "person_id": person(user),
        "user_id": user,
        "session_id": person(f"session {project} {user} {local[:10]}"),
        "occurred_at": at.astimezone(ZoneInfo("UTC")).strftime("%Y-%m-%d %H:%M:%S.000"),
        "event_date": local[:10],
        "event_hour": f"{local[:13]}:00:00",
        "received_at": "2026-03-30 09:59:00.000",
        "is_counted": not columns.get("is_bot", False),
        "is_page_view": name == "page_view",
        "is_order": name == "order_completed",
        "is_refund": name == "order_refunded",
        "properties": json.dumps(properties),
        "load_id": 7,
        **columns,
    }


ACME_EVENTS = [
    # Saturday 28 March: two people
    event(ACME, "u1", "2026-03-28 09:00", path="/", country="DE", browser="Firefox"),
    event(ACME, "u1", "2026-03-28 09:01", path="/pricing", country="DE", browser="Firefox"),
    event(ACME, "u2", "2026-03-28 23:30", path="/", country="FR", browser="Safari"),
    # Sunday 29 March, no 02:00: two people, one of them twice
    event(ACME, "u1", "2026-03-29 01:30", path="/", country="DE", browser="Firefox"),
    event(ACME, "u1", "2026-03-29 03:30", path="/docs", country="FR", browser="Firefox"),
    event(ACME, "u3", "2026-03-29 12:00", path="/", properties={"plan": "pro", "seats": 5}),
    # Monday 30 March: three people, two orders, a refund, a bot
    event(ACME, "u1", "2026-03-30 09:00", path="/", country="DE", browser="Firefox"),
    event(ACME, "u1", "2026-03-30 09:05", "order_completed", country="DE", revenue="100.00",
          currency="EUR", properties={"plan": "pro", "items": {"count": 2}}),
    event(ACME, "u2", "2026-03-30 10:00", "order_completed", country="FR", revenue="50.00",
          currency="EUR", properties={"plan": "free", "coupon": None}),
    event(ACME, "u2", "2026-03-30 11:00", "order_refunded", country="FR", revenue="-50.00",
          currency="EUR"),
    event(ACME, "u3", "2026-03-30 11:30", path="/pricing", country="", properties={"plan": True}),
    event(ACME, "robot", "2026-03-30 11:45", path="/", country="US", is_bot=True),
    # A month earlier
    event(ACME, "u1", "2026-02-28 12:00", path="/", country="DE", browser="Firefox"),
]  # fmt: skip

GLOBEX_EVENTS = [
    event(GLOBEX, "u1", f"2026-03-{day} 09:00", path="/globex", country="JP")
    for day in range(24, 31)
]


def session(project: str, user: str, local: str, **columns: Any) -> Row:
    at = datetime.fromisoformat(local).replace(tzinfo=BERLIN).astimezone(ZoneInfo("UTC"))
    seconds = columns.get("duration_seconds", 0)
    return {
        "project_id": project,
        "session_id": person(f"session {project} {user} {local[:10]}"),
        "person_id": person(user),
        "started_at": at.strftime("%Y-%m-%d %H:%M:%S.000"),
        "ended_at": (at + timedelta(seconds=seconds)).strftime("%Y-%m-%d %H:%M:%S.000"),
        "session_date": local[:10],
        "session_hour": f"{local[:13]}:00:00",
        **columns,
    }


SESSIONS = [
    session(ACME, "u1", "2026-03-28 09:00", duration_seconds=60, page_view_count=2,
            entry_path="/", country="DE", is_bounce=False),
    session(ACME, "u2", "2026-03-28 23:30", page_view_count=1, entry_path="/", country="FR",
            is_bounce=True),
    session(ACME, "u1", "2026-03-29 01:30", duration_seconds=3600, page_view_count=2,
            entry_path="/", country="DE", is_bounce=False),
    session(ACME, "u3", "2026-03-29 12:00", page_view_count=1, entry_path="/docs", is_bounce=True),
    session(ACME, "u1", "2026-03-30 09:00", duration_seconds=300, page_view_count=1,
            entry_path="/", country="DE", is_bounce=False),
    session(GLOBEX, "u1", "2026-03-30 09:00", duration_seconds=999, page_view_count=9,
            entry_path="/globex", country="JP", is_bounce=False),
]  # fmt: skip

# Days of which one is without activity: 27 March is before the first event of the window.
ACTIVE_USERS = [
    {"project_id": ACME, "activity_date": day, "dau": dau, "wau": wau, "mau": mau,
     "stickiness": dau / mau, "new_users": new, "returning_users": dau - new}
    for day, dau, wau, mau, new in [
        ("2026-03-26", 0, 0, 1, 0),
        ("2026-03-27", 0, 0, 1, 0),
        ("2026-03-28", 2, 2, 2, 1),
        ("2026-03-29", 2, 3, 3, 1),
        ("2026-03-30", 3, 3, 3, 0),
    ]
] + [
    {"project_id": GLOBEX, "activity_date": f"2026-03-{day}", "dau": 1, "wau": 1, "mau": 1,
     "stickiness": 1, "new_users": 0, "returning_users": 1}
    for day in range(24, 31)
]  # fmt: skip


def first_touch(project: str, user: str, day: str, **columns: Any) -> Row:
    return {
        "project_id": project,
        "person_id": person(user),
        "user_ids": [user],
        "first_seen_date": day,
        "first_seen_at": f"{day} 08:00:00.000",
        "last_seen_at": "2026-03-30 08:00:00.000",
        "is_identified": True,
        **columns,
    }


PERSONS = [
    first_touch(ACME, "u1", "2026-02-28", first_country="DE"),
    first_touch(ACME, "u2", "2026-03-28", first_country="FR"),
    first_touch(ACME, "u3", "2026-03-29", first_country=""),
    first_touch(GLOBEX, "u1", "2026-03-24", first_country="JP"),
]


def bucket(cohort: str, period: str, index: int, size: int, retained: int, **columns: Any) -> Row:
    return {
        "project_id": ACME,
        "cohort_date": cohort,
        "period": period,
        "period_index": index,
        "mode": "calendar",
        "cohort_size": size,
        "retained": retained,
        "retained_on_or_after": retained,
        "is_complete": True,
        **columns,
    }


# Cohorts of 30 and 10 people; those of the third day are too young for day 1.
RETENTION = [
    bucket("2026-03-26", "day", 0, 30, 30),
    bucket("2026-03-26", "day", 1, 30, 6),
    bucket("2026-03-26", "day", 1, 30, 30, mode="rolling"),
    bucket("2026-03-27", "day", 1, 10, 6),
    bucket("2026-03-27", "day", 1, 10, 10, project_id=GLOBEX),
    bucket("2026-03-29", "day", 1, 8, 1, is_complete=False),
    bucket("2026-03-26", "day", 7, 30, 3, is_complete=False),
    bucket("2026-02-23", "day", 7, 20, 5),
    bucket("2026-02-23", "day", 30, 20, 2),
    bucket("2026-02-23", "week", 1, 50, 20),
    bucket("2026-03-02", "week", 1, 50, 10),
    bucket("2026-02-23", "week", 4, 50, 5),
    bucket("2026-02-01", "month", 1, 80, 20, is_complete=False),
    bucket("2026-01-01", "month", 1, 80, 20),
]

PERSON_DAYS = [
    {"project_id": row["project_id"], "person_id": row["person_id"],
     "activity_date": row["event_date"], "event_count": 1}
    for row in (*ACME_EVENTS, *GLOBEX_EVENTS) if row["is_counted"]
]  # fmt: skip


ROLLUPS = {
    "fct_event_hours": """
        (project_id, event_hour, event_name, event_count, page_view_count)
        SELECT project_id, event_hour, event_name, count(), countIf(is_page_view)
        FROM analytics.fct_events WHERE is_counted AND project_id = {project:String} GROUP BY ALL
    """,
    "fct_pages_daily": """
        (project_id, page_date, path, page_view_count)
        SELECT project_id, event_date, path, count()
        FROM analytics.fct_events
        WHERE is_counted AND is_page_view AND project_id = {project:String} GROUP BY ALL
    """,
    "fct_campaigns_daily": """
        (project_id, session_date, channel, session_count)
        SELECT project_id, session_date, channel, count()
        FROM analytics.fct_sessions WHERE project_id = {project:String} GROUP BY ALL
    """,
}
"""Tables that hold figures of the others, as inserts."""


def set_build(client: Client, version: int, *, is_building: bool = False) -> None:
    """The last committed build, and whether another one is under way."""
    client.command("TRUNCATE TABLE analytics.build_status")
    row = {"version": version, "load_id": 7, "is_building": is_building}
    insert(client, "analytics.build_status", [row])


def fill(client: Client) -> None:
    set_build(client, 1)
    insert(client, "analytics.fct_events", [*ACME_EVENTS, *GLOBEX_EVENTS])
    insert(client, "analytics.fct_sessions", SESSIONS)
    insert(client, "analytics.active_users_daily", ACTIVE_USERS)
    insert(client, "analytics.dim_persons", PERSONS)
    insert(client, "analytics.fct_person_days", PERSON_DAYS)
    insert(client, "analytics.fct_retention", RETENTION)
    for project in (ACME, GLOBEX):
        roll_up(client, project)


def roll_up(client: Client, project: str) -> None:
    """Once, after the project's events and sessions."""
    for table, statement in ROLLUPS.items():
        insert_select = f"INSERT INTO analytics.{table} {statement}"
        client.command(insert_select, parameters={"project": project})
