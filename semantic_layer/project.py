"""What a query needs to know about the project it runs for."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from semantic_layer.errors import InvalidQuery

MONDAY, SUNDAY = 1, 7


class Role(StrEnum):
    """Who asks; decides the limits."""

    VIEWER = "viewer"
    ANALYST = "analyst"
    ADMIN = "admin"
    OWNER = "owner"


@dataclass(frozen=True)
class ProjectContext:
    """`week_start` is an ISO weekday (1 is Monday); `now` freezes the clock when given."""

    project_id: str
    timezone: str = "UTC"
    week_start: int = MONDAY
    currency: str = "USD"
    now: datetime | None = None

    def __post_init__(self) -> None:
        try:
            ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError):
            raise InvalidQuery(f"{self.timezone!r} is not a time zone") from None

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    def local_now(self) -> datetime:
        """The moment that "today" and "last n" refer to, in the project's zone."""
        return (self.now or datetime.now(UTC)).astimezone(self.zone)
