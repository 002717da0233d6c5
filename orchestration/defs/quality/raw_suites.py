"""Expectations about `raw.events`: they stand before the models, which wait for them."""

from orchestration.defs.ingest.assets import RAW_EVENTS
from orchestration.defs.quality import volume
from orchestration.defs.quality.suites import Suite, columns_exist, is_one_of, is_unique, no_rows

RECENT = Suite(
    "raw_events",
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
            "SELECT project_id, event_id FROM {batch} WHERE project_id = '' OR event_name = ''",
        ),
        no_rows(
            "person_is_present",
            "Every event carries a user id or an anonymous id.",
            "SELECT project_id, event_id FROM {batch} WHERE user_id = '' AND anonymous_id = ''",
        ),
        no_rows(
            "time_is_plausible",
            "Not before 2000 and not more than a day after reception.",
            "SELECT project_id, event_id FROM {batch} "
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
    "raw_volume",
    RAW_EVENTS,
    volume.DAILY_EVENTS,
    (volume.is_usual(0.2), volume.has_not_collapsed(0.02)),
)

SUITES = (RECENT, VOLUME)
