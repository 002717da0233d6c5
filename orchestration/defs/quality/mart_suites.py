"""Expectations about the marts: publication of the semantic layer waits for them."""

import dagster as dg

from orchestration.defs.quality import drift
from orchestration.defs.quality.suites import (
    Suite,
    columns_exist,
    is_at_least,
    is_between,
    is_one_of,
    is_present,
    is_unique,
    no_rows,
    refers_to,
)

NIL = "toUUID('00000000-0000-0000-0000-000000000000')"


def mart(name: str) -> dg.AssetKey:
    return dg.AssetKey(["analytics", name])


EVENTS = Suite(
    "events",
    mart("fct_events"),
    "SELECT * FROM analytics.fct_events WHERE received_at > now() - INTERVAL 2 DAY",
    (
        columns_exist(
            *("project_id", "event_id", "event_name", "event_type", "person_id", "user_id"),
            *("anonymous_id", "session_id", "occurred_at", "event_date", "received_at", "url"),
            *("path", "referrer_domain", "channel", "utm_source", "utm_medium", "utm_campaign"),
            *("browser", "os", "device_type", "country", "platform", "app_version", "is_bot"),
            *("revenue", "currency", "properties"),
        ),
        is_one_of("event_type", "track", "page", "screen", "identify", "group", "alias"),
        is_unique("project_id", "event_id"),
        is_present("project_id", "event_name"),
        refers_to("session_id", "analytics.fct_sessions", where=f"session_id != {NIL}"),
        refers_to("person_id", "analytics.dim_persons", where=f"is_counted AND person_id != {NIL}"),
        no_rows(
            "local_date_is_near",
            "The date in the project's time zone is the day of the UTC time or a neighbour of it.",
            "SELECT project_id, event_id FROM {batch} "
            "WHERE abs(dateDiff('day', toDate(occurred_at), event_date)) > 1",
        ),
    ),
)

SESSIONS = Suite(
    "sessions",
    mart("fct_sessions"),
    "SELECT * FROM analytics.fct_sessions",
    (
        is_unique("project_id", "session_id"),
        is_present("project_id", "device_id"),
        is_between("event_count", 1),
        is_at_least("ended_at", "started_at"),
        is_at_least("event_count", "page_view_count"),
    ),
)

PERSON_DAYS = Suite(
    "person_days",
    mart("fct_person_days"),
    "SELECT * FROM analytics.fct_person_days",
    (
        is_unique("project_id", "person_id", "activity_date"),
        is_between("event_count", 1),
        is_at_least("event_count", "page_view_count"),
    ),
)

ACTIVE_USERS = Suite(
    "active_users",
    mart("active_users_daily"),
    "SELECT * FROM analytics.active_users_daily",
    (
        is_unique("project_id", "activity_date"),
        is_at_least("wau", "dau"),
        is_at_least("mau", "wau"),
        is_between("stickiness", 0, 1),
    ),
)

DRIFT = Suite(
    "drift",
    mart("fct_events"),
    drift.SHARES,
    (drift.mix_is_stable(0.25), drift.stays_filled(usual=0.5, least=0.01)),
)

SUITES = (EVENTS, SESSIONS, PERSON_DAYS, ACTIVE_USERS, DRIFT)
