"""Users, their passwords and invitations."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from control_plane import passwords
from control_plane.errors import AlreadyExistsError, InvalidValueError, NotFoundError
from control_plane.keys import hash_key
from control_plane.models import Invitation, User
from control_plane.repositories import refresh_tokens

INVITATION_LIFETIME = timedelta(days=7)


@dataclass(frozen=True)
class Invited:
    user: User
    token: str
    expires_at: datetime


def create(
    session: Session, email: str, password: str | None, *, first_name: str = "", last_name: str = ""
) -> User:
    """Add a user; without a password nobody can log in until an invitation is accepted."""
    email = normalise_email(email)
    if by_email(session, email) is not None:
        raise AlreadyExistsError("user", email)
    user = User(
        email=email,
        password_hash=None
        if password is None
        else passwords.hash_password(check_password(password)),
        first_name=first_name.strip(),
        last_name=last_name.strip(),
    )
    session.add(user)
    session.flush()
    session.refresh(user)
    return user


def by_id(session: Session, user_id: str) -> User | None:
    return session.get(User, user_id)


def by_email(session: Session, email: str) -> User | None:
    return session.scalar(select(User).where(User.email == email.strip().lower()))


def authenticate(session: Session, email: str, password: str) -> User | None:
    """The user whom this email and password identify; takes as long when there is none."""
    user = by_email(session, email)
    valid, updated_hash = passwords.verify(password, user.password_hash if user else None)
    if user is None or not valid or user.disabled_at is not None:
        return None
    if updated_hash is not None:
        user.password_hash = updated_hash
    user.last_login_at = datetime.now(UTC)
    return user


def set_password(session: Session, user: User, password: str) -> None:
    """Store a new password and end every session that was opened with the old one."""
    user = session.merge(user)
    user.password_hash = passwords.hash_password(check_password(password))
    refresh_tokens.revoke_user(session, user.id, now=datetime.now(UTC))


def reset_password(session: Session, email: str, password: str) -> User:
    user = by_email(session, email)
    if user is None:
        raise NotFoundError("user", email)
    set_password(session, user, password)
    return user


def invite(session: Session, email: str, *, now: datetime | None = None) -> Invited:
    """Make a one-time token with which a new user, or one who never accepted, sets a password."""
    user = by_email(session, email) or create(session, email, None)
    if user.password_hash is not None:
        raise AlreadyExistsError("user", user.email)
    token = secrets.token_urlsafe(32)
    expires_at = (now or datetime.now(UTC)) + INVITATION_LIFETIME
    session.add(Invitation(user_id=user.id, token_hash=hash_key(token), expires_at=expires_at))
    session.flush()
    return Invited(user, token, expires_at)


def accept_invitation(
    session: Session, token: str, password: str, *, now: datetime | None = None
) -> User:
    """Set the first password; a used, unknown or expired token raises NotFoundError."""
    moment = now or datetime.now(UTC)
    found = session.scalar(
        select(Invitation).where(Invitation.token_hash == hash_key(token)).with_for_update()
    )
    user = by_id(session, found.user_id) if found else None
    if found is None or user is None or found.accepted_at is not None or found.expires_at <= moment:
        raise NotFoundError("open invitation", token[:6] + "…")
    found.accepted_at = moment
    set_password(session, user, password)
    return user


def normalise_email(email: str) -> str:
    email = email.strip().lower()
    local, separator, domain = email.rpartition("@")
    if not (separator and local and domain) or any(c.isspace() for c in email) or len(email) > 320:
        raise InvalidValueError("email", f"{email!r} is not an e-mail address")
    return email


def check_password(password: str) -> str:
    if len(password) < passwords.MINIMUM_LENGTH:
        raise InvalidValueError(
            "password", f"must have at least {passwords.MINIMUM_LENGTH} characters"
        )
    return password
