"""How long an attempt may take: fixed lengths up to weeks, calendar units from months on."""

from datetime import datetime, time, timedelta

from semantic_layer.periods import LATEST
from semantic_layer.project import ProjectContext
from semantic_layer.queries import Window, WindowUnit
from warehouse.sql_policy import quote

_MILLISECONDS = {
    WindowUnit.SECOND: 1_000,
    WindowUnit.MINUTE: 60_000,
    WindowUnit.HOUR: 3_600_000,
    WindowUnit.DAY: 86_400_000,
    WindowUnit.WEEK: 604_800_000,
}
_MONTHS = {WindowUnit.MONTH: 1, WindowUnit.QUARTER: 3, WindowUnit.YEAR: 12}
LONGEST_MONTH = timedelta(days=31)


def milliseconds(window: Window) -> int | None:
    """The length of a window; None where it depends on the calendar."""
    return window.n * _MILLISECONDS[window.unit] if window.unit in _MILLISECONDS else None


def deadline(window: Window, project: ProjectContext) -> str:
    """SQL of an event's last millisecond of the window it starts; '' where all are as long."""
    if window.unit not in _MONTHS:
        return ""
    months = window.n * _MONTHS[window.unit]
    local = f"toTimeZone(occurred_at, {quote(project.timezone)})"
    later = f"addMonths({local}, {months})"
    # Of a time that the clocks skip, ClickHouse takes one that is too early by what they skip.
    wanted = f"addMonths(addSeconds(occurred_at, timeZoneOffset({local})), {months})"
    found = f"addSeconds({later}, timeZoneOffset({later}))"
    missing = f"toUnixTimestamp64Milli({wanted}) - toUnixTimestamp64Milli({found})"
    return f"toUnixTimestamp64Milli({later}) + greatest({missing}, 0)"


def latest_end(end: datetime, window: Window) -> datetime:
    """A moment behind the windows of all attempts that start before `end`."""
    length = milliseconds(window)
    try:
        if length is None:
            return min(end + window.n * _MONTHS[window.unit] * LONGEST_MONTH, _last(end))
        return min(end + timedelta(milliseconds=length), _last(end))
    except OverflowError:
        return _last(end)


def _last(like: datetime) -> datetime:
    return datetime.combine(LATEST, time.min, like.tzinfo)
