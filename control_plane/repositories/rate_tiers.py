"""Rate tiers."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from control_plane.models import RateTier


def everything(session: Session) -> list[RateTier]:
    return list(session.scalars(select(RateTier).order_by(RateTier.name)))
