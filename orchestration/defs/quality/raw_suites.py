"""Expectations about `raw.events`: they stand before the models, which wait for them."""

from orchestration.defs.ingest.assets import RAW_EVENTS
from orchestration.defs.quality.suites import Suite, columns_exist, is_one_of, is_unique, no_rows

RECENT = Suite(
    RAW_EVENTS,
    # By time of reception, so an import of old events is looked at too.
    "SELECT * FROM raw.events WHERE received_at > now() - INTERVAL 2 DAY",
    (
        columns_exist(
            *("project_id", "event_id", "type", "event_name", "user_id", "anonymous_id"),
            *("timestamp", "received_at", "properties", "load_id"),
        ),
        is_one_of("type", "track", "page", "screen", "identify", "group", "alias"),
        is_unique("project_id", "event_id"),
        no_rows(
            "project_and_name_are_present",
            "Every event says which project and which event it is.",
            "SELECT event_id FROM {batch} WHERE project_id = '' OR event_name = ''",
        ),
        no_rows(
            "person_is_present",
            "Every event carries a user id or an anonymous id.",
            "SELECT event_id FROM {batch} WHERE user_id = '' AND anonymous_id = ''",
        ),
        no_rows(
            "time_is_plausible",
            "Not before 2000 and not more than a day after reception.",
            "SELECT event_id FROM {batch} "
            "WHERE timestamp < '2000-01-01' OR timestamp > received_at + INTERVAL 1 DAY",
        ),
        no_rows(
            "project_is_known",
            "The project exists in the control plane.",
            "SELECT project_id FROM {batch} "
            "WHERE project_id NOT IN (SELECT project_id FROM raw.projects) GROUP BY project_id",
            blocking=False,
        ),
    ),
)

VOLUME = Suite(
    RAW_EVENTS,
    "SELECT project_id, toDate(received_at) AS day, count() AS event_count FROM raw.events "
    "WHERE received_at >= today() - 29 AND received_at < today() GROUP BY project_id, day",
    (
        no_rows(
            "volume_is_usual",
            "Yesterday brought at least a fifth of the median of that weekday's four before it.",
            "SELECT project_id FROM {batch} GROUP BY project_id HAVING "
            "countIf(day IN (today() - 8, today() - 15, today() - 22, today() - 29)) = 4 AND "
            "sumIf(event_count, day = yesterday()) < 0.2 * quantileExactIf(0.5)(event_count, "
            "day IN (today() - 8, today() - 15, today() - 22, today() - 29))",
            blocking=False,
        ),
    ),
)

SUITES = (RECENT, VOLUME)
