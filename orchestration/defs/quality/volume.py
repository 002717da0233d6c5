"""Yesterday's volume against the same weekday of the four weeks before it."""

from orchestration.defs.quality.suites import Expectation, no_rows

# Below this many events a weekday, chance alone makes an empty day.
LEAST_USUAL = 1000
SAME_WEEKDAYS = "day IN (today() - 8, today() - 15, today() - 22, today() - 29)"
YESTERDAY = "sumIf(event_count, day = yesterday())"
USUAL = f"quantileExactIf(0.5)(event_count, {SAME_WEEKDAYS})"

DAILY_EVENTS = (
    "SELECT project_id, toDate(received_at) AS day, count() AS event_count FROM raw.events "
    "WHERE received_at >= today() - 29 AND received_at < today() GROUP BY project_id, day"
)
"""One row per project and day (UTC, of reception), of days with events."""


def is_usual(share: float) -> Expectation:
    """Warns of a project: its users may be on holiday."""
    return no_rows(
        "volume_is_usual",
        f"Yesterday brought at least {share:.0%} of the median of that weekday's four before it.",
        "SELECT project_id FROM {batch} GROUP BY project_id "  # noqa: S608 - our own words
        f"HAVING countIf({SAME_WEEKDAYS}) = 4 AND {YESTERDAY} < {share} * {USUAL}",
        blocking=False,
    )


def has_not_collapsed(share: float) -> Expectation:
    """Blocks when next to nothing arrives of all projects: then ingest is broken, not one app."""
    return no_rows(
        "volume_has_not_collapsed",
        f"Yesterday brought at least {share:.0%} of what that weekday usually does, over all "
        f"projects, where that is {LEAST_USUAL} events or more.",
        "SELECT '' AS project_id FROM (SELECT day, sum(event_count) AS event_count "  # noqa: S608
        "FROM {batch} GROUP BY day) "
        f"HAVING countIf({SAME_WEEKDAYS}) = 4 AND {USUAL} >= {LEAST_USUAL} "
        f"AND {YESTERDAY} < {share} * {USUAL}",
    )
