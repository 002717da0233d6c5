"""How tests read each mart, in the shape in which the reference gives it."""

from typing import Any

from tests.dbt_project.reference.catalogue import EventEntry, PropertyEntry
from tests.dbt_project.reference.hours import HourFigures
from tests.dbt_project.reference.identities import Refusal
from tests.dbt_project.reference.pages import CampaignFigures, PageFigures
from tests.dbt_project.reference.people import ActiveUsers, PersonDay
from tests.dbt_project.reference.retention import Retention
from tests.dbt_project.reference.revenue import LifetimeValue, RevenueDay
from tests.dbt_project.reference.sessions import Session


def _value(value: object) -> object:
    return value


def _row(*values: object) -> tuple[object, ...]:
    return values


def _property(*values: Any) -> PropertyEntry:
    return PropertyEntry(*(*values[:-1], tuple(values[-1])))


def _session(*values: Any) -> Session:
    *figures, event_path, page_path, event_ids = values
    return Session(*(*figures, tuple(event_path), tuple(page_path), frozenset(event_ids)))


def _person(user_ids: Any, anonymous_ids: Any, events: int, country: str, traits: Any) -> object:
    return tuple(user_ids), tuple(anonymous_ids), events, country, traits


# Mart: query, number of key columns after the project, shape of the rest.
QUERIES: dict[str, tuple[str, int, Any]] = {
    "dim_identities": (
        "select project_id, distinct_id, person_id from analytics.dim_identities",
        1,
        _value,
    ),
    "fct_refused_merges": (
        "select project_id, distinct_id, target_id, reason,"
        " toUnixTimestamp64Milli(first_refused_at), toUnixTimestamp64Milli(last_refused_at),"
        " event_count from analytics.fct_refused_merges",
        2,
        Refusal,
    ),
    "fct_events": ("select project_id, event_id, person_id from analytics.fct_events", 1, _value),
    "fct_sessions": (
        """
        select project_id, device_id, toUnixTimestamp64Milli(started_at) as started_ms, person_id,
            device_id, toUnixTimestamp64Milli(run_started_at), started_ms,
            toUnixTimestamp64Milli(ended_at), round(engaged_seconds * 1000), event_count,
            page_view_count, is_bounce, entry_path, exit_path, country, tracker_session_id,
            order_count, landing_url, exit_url, (utm_source, utm_campaign, utm_content),
            (last_utm_source, last_utm_campaign, last_utm_content), channel, utm_medium,
            event_step_count, page_step_count, event_path, page_path, events.event_ids
        from analytics.fct_sessions as sessions
        left join (
            select project_id, session_id, groupArray(event_id) as event_ids
            from analytics.fct_events group by project_id, session_id
        ) as events using (project_id, session_id)
        """,
        2,
        _session,
    ),
    "fct_session_steps": (
        "select project_id, sessions.device_id, toUnixTimestamp64Milli(sessions.started_at),"
        " step_kind, step_number, previous_step, step, next_step"
        " from analytics.fct_session_steps as steps"
        " inner join analytics.fct_sessions as sessions using (project_id, session_id)",
        4,
        _row,
    ),
    "fct_person_days": (
        "select project_id, person_id, activity_date, event_count, session_count,"
        " page_view_count, revenue, is_new from analytics.fct_person_days",
        2,
        PersonDay,
    ),
    "active_users_daily": (
        "select project_id, activity_date, dau, wau, mau, new_users, returning_users"
        " from analytics.active_users_daily",
        1,
        ActiveUsers,
    ),
    "fct_lifecycle_daily": (
        "select project_id, activity_date, state, person_count from analytics.fct_lifecycle_daily",
        2,
        _value,
    ),
    "fct_retention": (
        "select project_id, cohort_date, period, period_index, mode, cohort_size, retained,"
        " retained_on_or_after, is_complete from analytics.fct_retention",
        4,
        Retention,
    ),
    "fct_revenue_daily": (
        "select project_id, revenue_date, currency, is_known_currency, revenue, refunds,"
        " net_revenue, order_count, refund_count, average_order_value, paying_persons"
        " from analytics.fct_revenue_daily",
        2,
        RevenueDay,
    ),
    "fct_ltv_cohorts": (
        "select project_id, cohort_month, currency, month_index, cohort_size, paying_persons,"
        " net_revenue, cumulative_net_revenue, net_revenue_per_person, is_complete"
        " from analytics.fct_ltv_cohorts",
        3,
        LifetimeValue,
    ),
    "fct_pages_daily": (
        "select project_id, page_date, path, page_view_count, person_count, session_count,"
        " entrance_count, exit_count, bounce_count, round(entrance_engaged_seconds * 1000)"
        " from analytics.fct_pages_daily",
        2,
        PageFigures,
    ),
    "fct_campaigns_daily": (
        "select project_id, session_date, channel, utm_source, utm_medium, utm_campaign,"
        " session_count, person_count, new_person_count, bounce_count, page_view_count,"
        " round(engaged_seconds * 1000), order_count, converted_session_count"
        " from analytics.fct_campaigns_daily",
        5,
        CampaignFigures,
    ),
    "dim_events": (
        "select project_id, event_name, description, is_documented, event_count,"
        " toUnixTimestamp64Milli(first_seen_at), toUnixTimestamp64Milli(last_seen_at)"
        " from analytics.dim_events",
        1,
        EventEntry,
    ),
    "dim_properties": (
        "select project_id, event_name, property_name, value_type, fill_rate, description,"
        " is_documented, event_count, toUnixTimestamp64Milli(first_seen_at),"
        " toUnixTimestamp64Milli(last_seen_at), sample_values from analytics.dim_properties",
        2,
        _property,
    ),
    "dim_persons": (
        "select project_id, person_id, user_ids, anonymous_ids, event_count, first_country,"
        " JSONExtract(traits, 'Map(String, String)') from analytics.dim_persons",
        1,
        _person,
    ),
    "fct_hourly": (
        "select project_id, toUnixTimestamp(hour_at) / 3600, event_name, platform, country,"
        " event_count, unique_persons, unique_sessions from analytics.fct_hourly",
        4,
        _row,
    ),
    "fct_event_hours": (
        "select project_id, toString(event_hour), event_name, event_count, page_view_count"
        " from analytics.fct_event_hours",
        2,
        HourFigures,
    ),
    "events_hourly": (
        "select project_id, toUnixTimestamp(hour_at) / 3600, event_name, platform, country,"
        " event_count, unique_devices from analytics.events_hourly",
        4,
        _row,
    ),
    "fct_funnel_steps": (
        "select project_id, funnel_id, person_id, entry_date, step_index,"
        " toUnixTimestamp64Milli(reached_at) from analytics.fct_funnel_steps",
        4,
        _value,
    ),
}
