"""How the distribution of events changes: the last 7 whole days against the 28 before them."""

from orchestration.defs.quality.suites import Expectation, no_rows

COMPARED = (
    "platform",
    "device_type",
    "channel",
    "country",
    "browser",
    "event_name",
)
LEAST_EVENTS = 1000
"""Of a project in each period, else its shares say nothing."""
# Shares below this are taken for it, so that a value that is new or gone has a finite weight.
LEAST_SHARE = 0.0001

SHARES = f"""
SELECT project_id, field.1 AS dimension, field.2 AS value,
    countIf(event_date >= today() - 7) AS recent, countIf(event_date < today() - 7) AS earlier
FROM analytics.fct_events
ARRAY JOIN [{", ".join(f"('{name}', toString({name}))" for name in COMPARED)}] AS field
WHERE is_counted AND event_date >= today() - 35 AND event_date < today()
GROUP BY project_id, dimension, value
""".strip()  # noqa: S608 - our own words
"""One row per project, dimension and value with its events in both periods."""


def mix_is_stable(limit: float) -> Expectation:
    """Warns: a new app or a renamed event changes the mix as a broken tracker does.

    The population stability index is sum((p - q) * ln(p / q)) over the shares p and q of each value
    before and after; above 0.25 it is commonly called a major shift.
    """
    totals = "PARTITION BY project_id, dimension"
    return no_rows(
        "mix_is_stable",
        f"The population stability index of {', '.join(COMPARED)} is at most {limit}.",
        "SELECT project_id, dimension FROM ("  # noqa: S608 - our own words
        f"SELECT project_id, dimension, sum(recent) OVER ({totals}) AS recent_total, "
        f"sum(earlier) OVER ({totals}) AS earlier_total, "
        f"greatest(recent / recent_total, {LEAST_SHARE}) AS p, "
        f"greatest(earlier / earlier_total, {LEAST_SHARE}) AS q FROM {{batch}}) "
        f"WHERE recent_total >= {LEAST_EVENTS} AND earlier_total >= {LEAST_EVENTS} "
        f"GROUP BY project_id, dimension HAVING sum((p - q) * log(p / q)) > {limit}",
        blocking=False,
    )


def stays_filled(usual: float, least: float) -> Expectation:
    """Blocks when a column runs empty: an enrichment or a tracker has stopped to fill it."""
    return no_rows(
        "columns_stay_filled",
        f"A column that {usual:.0%} of a project's events had filled in is not below {least:.0%}.",
        "SELECT project_id, dimension FROM {batch} GROUP BY project_id, dimension "  # noqa: S608
        f"HAVING sum(recent) >= {LEAST_EVENTS} AND sum(earlier) >= {LEAST_EVENTS} "
        f"AND sumIf(earlier, value != '') >= {usual} * sum(earlier) "
        f"AND sumIf(recent, value != '') < {least} * sum(recent)",
    )
