"""What is built anew: a range of days, and everything after raw events have been deleted.

Days are built anew by the mechanism that takes up builds that died.

A build repeats the window of the oldest attempt that was not committed (decision 0009). So an
attempt is noted that began before the first load with an event of these days: the next build reads
every event from that load on again, replaces its rows, and recomputes the sessions, people and
hours that they touch. Loads are in order of arrival, so recent days cost little and the first day
what a full refresh does; marts stay readable meanwhile.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from clickhouse_connect.driver.client import Client

FIRST_LOAD_SQL = (Path(__file__).parent / "sql" / "first_load_of_days.sql").read_text()

# Before the window is noted: with the window alone the live hours would count these loads twice.
# A pin that is not settled makes the build compute them anew up to the window.
UNSETTLE_HOURS_SQL = """
DELETE FROM intermediate.hourly_settled_pins
WHERE load_id IN (SELECT load_id FROM intermediate.hourly_pinned_load)
"""

NOTE_WINDOW_SQL = """
INSERT INTO intermediate.int_load_windows
    (version, committed_version, committed_hi, lo, hi, started_at)
SELECT
    toUnixTimestamp64Micro(now64(6)),
    {committed_version:UInt64},
    {hi:UInt64},
    {lo:UInt64},
    {hi:UInt64},
    now64(3)
"""


# A full refresh makes the table of commits anew, so its first row is the last full refresh. While a
# deletion is still under way, such a refresh would read events that are about to go.
REFRESH_IS_DUE_SQL = """
SELECT
    count() > 0
    AND toUnixTimestamp64Micro(max(noted_at))
        >= (SELECT min(version) FROM intermediate.int_load_commits)
    AND (
        SELECT count() = 0 FROM system.mutations
        WHERE database = 'raw' AND table = 'events' AND NOT is_done AND NOT is_killed
    )
FROM ops.expirations
"""


@dataclass(frozen=True)
class Days:
    """From the first to the last day, both included, in any project's time zone."""

    first: date
    last: date


def parse_days(from_day: str, to_day: str) -> Days | None:
    """None when no day is given; without an end, the days up to the last one with events.

    Raises ValueError for what is no day, an end without a start, or an end before it.
    """
    if not from_day and not to_day:
        return None
    if not from_day:
        raise ValueError("to_day needs a from_day")
    days = Days(date.fromisoformat(from_day), date.fromisoformat(to_day) if to_day else LAST_DAY)
    if days.last < days.first:
        raise ValueError(f"to_day {to_day} lies before from_day {from_day}")
    return days


LAST_DAY = date(2149, 1, 1)
"""Near the end of what ClickHouse's Date holds."""


def request_rebuild(client: Client, days: Days) -> int | None:
    """Make the next build begin with the first load of these days; returns that load.

    None when there is nothing to do: no event of these days is built yet, so the next build takes
    what there is anyhow. May be repeated, and is kept until a build is committed.
    """
    if not _has_builds(client):
        return None
    result = client.query(
        FIRST_LOAD_SQL, parameters={"first_day": days.first, "last_day": days.last}
    )
    first_load, committed_version, committed_load = map(int, result.result_rows[0])
    if not 0 < first_load <= committed_load:
        return None
    client.command(UNSETTLE_HOURS_SQL, settings={"lightweight_deletes_sync": 2})
    client.command(
        NOTE_WINDOW_SQL,
        parameters={
            "committed_version": committed_version,
            "lo": first_load - 1,
            "hi": committed_load,
        },
    )
    return first_load


def is_refresh_due(client: Client) -> bool:
    """Whether raw events have expired since the marts were last made from raw events alone."""
    if not _has_builds(client):
        return False
    return bool(client.query(REFRESH_IS_DUE_SQL).result_rows[0][0])


def _has_builds(client: Client) -> bool:
    return bool(int(str(client.command("EXISTS TABLE intermediate.int_load_commits"))))
