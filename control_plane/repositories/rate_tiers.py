"""Rate tiers: what the projects that are in them may send."""

from typing import TypedDict, Unpack

from sqlalchemy import select
from sqlalchemy.orm import Session

from control_plane.errors import InvalidValueError, NotFoundError
from control_plane.models import RateTier
from control_plane.repositories.lookup import near_matches

# The widest values that ingest is tested with; the narrowest let an ordinary event through.
RANGES = {
    "events_per_second": (1, 1_000_000),
    "bytes_per_second": (1_000, 10_000_000_000),
    "monthly_events": (0, 10**15),
    "burst_seconds": (1, 3_600),
    "max_event_bytes": (1_024, 1_048_576),
    "max_batch_bytes": (1_024, 16_777_216),
    "max_batch_events": (1, 10_000),
    "max_properties": (1, 10_000),
    "max_depth": (1, 32),
}
OPTIONAL = ("events_per_second", "bytes_per_second", "monthly_events")


class TierSettings(TypedDict, total=False):
    """None takes the limit away, where that is possible."""

    events_per_second: int | None
    bytes_per_second: int | None
    monthly_events: int | None
    burst_seconds: int
    max_event_bytes: int
    max_batch_bytes: int
    max_batch_events: int
    max_properties: int
    max_depth: int


def everything(session: Session) -> list[RateTier]:
    return list(session.scalars(select(RateTier).order_by(RateTier.name)))


def by_name(session: Session, name: str) -> RateTier:
    tier = session.get(RateTier, name)
    if tier is None:
        near = near_matches(name, [known.name for known in everything(session)])
        raise NotFoundError("rate tier", name, near)
    return tier


def save(session: Session, name: str, **settings: Unpack[TierSettings]) -> RateTier:
    """Change a tier, or make it; what is not named stays, or is as in an unmetered tier."""
    if not 1 <= len(name.strip()) <= 50:
        raise InvalidValueError("name", "a tier has a name of 1 to 50 characters")
    for field, value in settings.items():
        _check(field, value)
    tier = session.get(RateTier, name, with_for_update=True)
    if tier is None:
        tier = RateTier(name=name)
        session.add(tier)
    for field, value in settings.items():
        setattr(tier, field, value)
    session.flush()
    session.refresh(tier)
    return tier


def _check(field: str, value: object) -> None:
    if value is None and field in OPTIONAL:
        return
    low, high = RANGES[field]
    if not isinstance(value, int) or not low <= value <= high:
        raise InvalidValueError(field, f"must lie between {low} and {high}")
