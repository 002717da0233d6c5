"""Periods of time of arrival, and how ClickHouse is told them."""

from datetime import UTC, datetime
from typing import NamedTuple

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)


class Period(NamedTuple):
    """Half-open; None is open."""

    since: datetime | None = None
    until: datetime | None = None

    @property
    def values(self) -> dict[str, str]:
        return {
            "since": clickhouse_time(self.since or EARLIEST),
            "until": clickhouse_time(self.until or LATEST),
        }


def clickhouse_time(moment: datetime) -> str:
    """A time without a zone is taken to be of UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]


def from_clickhouse(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
