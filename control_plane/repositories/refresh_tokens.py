"""Rotating refresh tokens with reuse detection.

A login starts a family. Each use of a token marks it rotated and adds its successor. A token that
comes back after it was rotated has been copied by somebody, and nobody can tell the thief from the
owner: the whole family ends.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from control_plane.ids import new_id
from control_plane.keys import hash_key
from control_plane.models import RefreshToken


@dataclass(frozen=True)
class IssuedToken:
    plaintext: str
    user_id: str
    family_id: str
    expires_at: datetime


class Refusal(StrEnum):
    UNKNOWN = "unknown"
    EXPIRED = "expired"
    REVOKED = "revoked"
    REUSED = "reused"


def issue(
    session: Session,
    user_id: str,
    *,
    now: datetime,
    lifetime: timedelta,
    family_id: str | None = None,
) -> IssuedToken:
    """A token of a new family (a login), or the next one of a family."""
    plaintext = secrets.token_urlsafe(32)
    issued = IssuedToken(plaintext, user_id, family_id or new_id(), now + lifetime)
    session.add(
        RefreshToken(
            user_id=user_id,
            family_id=issued.family_id,
            token_hash=hash_key(plaintext),
            expires_at=issued.expires_at,
        )
    )
    session.flush()
    return issued


def rotate(
    session: Session, plaintext: str, *, now: datetime, lifetime: timedelta
) -> IssuedToken | Refusal:
    """Exchange a token for its successor.

    The row lock makes two simultaneous writers take turns: one gets the successor, the other sees
    a rotated token. A refusal is returned, not raised, because the revocation of a reused family
    has to be committed.
    """
    token = session.scalar(
        select(RefreshToken).where(RefreshToken.token_hash == hash_key(plaintext)).with_for_update()
    )
    if token is None:
        return Refusal.UNKNOWN
    if token.revoked_at is not None:
        return Refusal.REVOKED
    if token.rotated_at is not None:
        revoke_family(session, token.family_id, now=now)
        return Refusal.REUSED
    if token.expires_at <= now:
        return Refusal.EXPIRED
    token.rotated_at = now
    return issue(session, token.user_id, now=now, lifetime=lifetime, family_id=token.family_id)


def revoke(session: Session, plaintext: str, *, now: datetime) -> None:
    """Log out: end the family of this token, if there is one."""
    family = session.scalar(
        select(RefreshToken.family_id).where(RefreshToken.token_hash == hash_key(plaintext))
    )
    if family is not None:
        revoke_family(session, family, now=now)


def revoke_family(session: Session, family_id: str, *, now: datetime) -> None:
    session.execute(
        update(RefreshToken)
        .where(RefreshToken.family_id == family_id, RefreshToken.revoked_at.is_(None))
        .values(revoked_at=now)
    )


def revoke_user(session: Session, user_id: str, *, now: datetime) -> None:
    """End every session of a user."""
    session.execute(
        update(RefreshToken)
        .where(RefreshToken.user_id == user_id, RefreshToken.revoked_at.is_(None))
        .values(revoked_at=now)
    )


def is_open(session: Session, family_id: str) -> bool:
    """Whether the login that started this family has not been ended."""
    found = session.scalar(
        select(RefreshToken.id)
        .where(RefreshToken.family_id == family_id, RefreshToken.revoked_at.is_(None))
        .limit(1)
    )
    return found is not None


def delete_expired(session: Session, *, before: datetime) -> int:
    """Drop tokens that expired before this time and tell how many."""
    expired = session.scalars(
        delete(RefreshToken).where(RefreshToken.expires_at < before).returning(RefreshToken.id)
    )
    return len(expired.all())
