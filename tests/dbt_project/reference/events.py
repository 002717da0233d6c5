"""Events and project settings as plain values, for the reference implementation."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
GENERIC_IDS = {"", "null", "guest", "undefined", "anonymous", "none", "0", "unknown"}
PAGE_VIEWS = {"page_view", "screen_view"}


@dataclass(frozen=True)
class Project:
    project_id: str
    timezone: str = "UTC"
    session_timeout_seconds: int = 1800
    session_cap_seconds: int = 86400
    session_cut_at_midnight: bool = False
    session_cut_on_campaign: bool = False
    include_bots: bool = False
    week_start: int = 1
    currency: str = "EUR"


@dataclass(frozen=True)
class Event:
    event_id: UUID
    event_name: str
    occurred_ms: int
    type: str = "track"
    user_id: str = ""
    anonymous_id: str = ""
    previous_id: str = ""
    path: str = ""
    url: str = ""
    tracker_session_id: str = ""
    country: str = ""
    platform: str = ""
    utm_source: str = ""
    utm_campaign: str = ""
    utm_content: str = ""
    utm_medium: str = ""
    channel: str = ""
    is_bot: bool = False
    properties: dict[str, object] = field(default_factory=dict, hash=False)
    traits: dict[str, str] = field(default_factory=dict, hash=False)

    @property
    def order(self) -> tuple[int, int]:
        return self.occurred_ms, self.event_id.int

    @property
    def user(self) -> str:
        return valid(self.user_id)

    @property
    def anonymous(self) -> str:
        return valid(self.anonymous_id)

    @property
    def previous(self) -> str:
        return valid(self.previous_id)

    @property
    def distinct_id(self) -> str:
        return self.user or self.anonymous

    @property
    def device_id(self) -> str:
        return self.anonymous or self.user

    @property
    def is_page_view(self) -> bool:
        return self.type in {"page", "screen"} or self.event_name in PAGE_VIEWS

    @property
    def is_interactive(self) -> bool:
        return self.type == "track" and not self.is_page_view and self.event_name != "heartbeat"

    @property
    def touch(self) -> tuple[str, str, str]:
        return self.utm_source, self.utm_campaign, self.utm_content

    def is_counted(self, project: Project) -> bool:
        return project.include_bots or not self.is_bot


def valid(distinct_id: str) -> str:
    return "" if distinct_id.strip().lower() in GENERIC_IDS else distinct_id


def moment(occurred_ms: int) -> datetime:
    return EPOCH + timedelta(milliseconds=occurred_ms)


def local_date(occurred_ms: int, timezone: str) -> date:
    return moment(occurred_ms).astimezone(ZoneInfo(timezone)).date()


def months_later(month: date, count: int) -> date:
    """The first day of the month that many months after the given one's."""
    number = month.year * 12 + month.month - 1 + count
    return date(number // 12, number % 12 + 1, 1)
