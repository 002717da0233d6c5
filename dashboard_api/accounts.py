"""Registration, sign-in and the sessions that follow, each step one transaction."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from anyio import CapacityLimiter, to_thread
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from control_plane.bootstrap import FIRST_ACCOUNT_LOCK
from control_plane.database import AsyncDatabase, Database
from control_plane.errors import NotFoundError
from control_plane.models import User
from control_plane.repositories import memberships, organisations, projects, refresh_tokens, users
from control_plane.repositories.refresh_tokens import IssuedToken, Refusal
from control_plane.roles import Role
from dashboard_api.problems import FieldError, ProblemError
from dashboard_api.security.tokens import unauthenticated

FIRST_ORGANISATION = "My organisation"
FIRST_PROJECT = "My project"

# argon2id takes about 64 MB and 50 ms of a core: two at once, off the event loop.
password_work = CapacityLimiter(2)


class RegistrationMode(StrEnum):
    FIRST_ACCOUNT = "first_account"
    INVITATION = "invitation"
    CLOSED = "closed"


def registration_mode(session: Session, otherwise: str) -> RegistrationMode:
    if session.scalar(select(func.count()).select_from(User)) == 0:
        return RegistrationMode.FIRST_ACCOUNT
    return RegistrationMode(otherwise)


@dataclass(frozen=True)
class NewAccount:
    """`timezone` is for the first project; only the first account makes one."""

    email: str
    password: str
    first_name: str
    last_name: str
    timezone: str


def register_first(session: Session, account: NewAccount) -> User:
    """The first account owns the organisation and gets a project to send events to."""
    session.execute(select(func.pg_advisory_xact_lock(FIRST_ACCOUNT_LOCK)))
    if registration_mode(session, "closed") is not RegistrationMode.FIRST_ACCOUNT:
        raise registration_closed("An account exists already. Ask its owner for an invitation.")
    user = users.create(
        session,
        account.email,
        account.password,
        first_name=account.first_name,
        last_name=account.last_name,
    )
    organisation = organisations.oldest(session) or organisations.create(
        session, FIRST_ORGANISATION
    )
    memberships.grant(session, user.id, organisation.id, Role.OWNER)
    if not projects.everything(session):
        projects.create(session, organisation.id, FIRST_PROJECT, timezone=account.timezone)
    return user


def register_invited(session: Session, account: NewAccount, token: str) -> User:
    try:
        user = users.accept_invitation(session, token, account.password)
        if user.email != users.normalise_email(account.email):
            raise NotFoundError("open invitation", account.email)
    except NotFoundError:
        raise ProblemError(
            403,
            "invitation-invalid",
            "This invitation was used, has expired, or is for another e-mail address. "
            "Ask for a new one.",
        ) from None
    user.first_name = account.first_name.strip()
    user.last_name = account.last_name.strip()
    return user


def registration_closed(detail: str) -> ProblemError:
    return ProblemError(403, "registration-closed", detail)


async def register(
    database: Database, account: NewAccount, *, invitation: str | None, otherwise: str
) -> User:
    """`otherwise` is who may register once an account exists: `invitation` or `closed`."""

    def work(session: Session) -> User:
        mode = registration_mode(session, otherwise)
        if mode is RegistrationMode.FIRST_ACCOUNT:
            return register_first(session, account)
        if mode is RegistrationMode.CLOSED:
            raise registration_closed("Registration is closed on this server.")
        if invitation is None:
            raise registration_closed("Registration is by invitation. Ask an owner for a link.")
        return register_invited(session, account, invitation)

    return await to_thread.run_sync(database.run, work, limiter=password_work)


async def authenticate(database: Database, email: str, password: str) -> User | None:
    return await to_thread.run_sync(
        database.run, users.authenticate, email, password, limiter=password_work
    )


async def open_session(database: AsyncDatabase, user_id: str, lifetime: timedelta) -> IssuedToken:
    return await database.run(
        refresh_tokens.issue, user_id, now=datetime.now(UTC), lifetime=lifetime
    )


async def rotate_session(
    database: AsyncDatabase, plaintext: str, lifetime: timedelta
) -> IssuedToken:
    """The next refresh token; a used one ends the whole session, for thief and owner alike."""
    issued = await database.run(
        refresh_tokens.rotate, plaintext, now=datetime.now(UTC), lifetime=lifetime
    )
    if isinstance(issued, Refusal):
        raise unauthenticated(f"refresh-token-{issued.value}", REFUSALS[issued])
    return issued


REFUSALS = {
    Refusal.UNKNOWN: "This refresh token is not known. Sign in again.",
    Refusal.EXPIRED: "This session has expired. Sign in again.",
    Refusal.REVOKED: "This session was ended. Sign in again.",
    Refusal.REUSED: "This refresh token was used before, so the session was ended. Sign in again.",
}


def active_user(session: Session, user_id: str) -> User:
    user = users.by_id(session, user_id)
    if user is None or user.disabled_at is not None:
        raise unauthenticated("session-ended", "This account is gone or disabled.")
    return user


async def end_session(database: AsyncDatabase, session_id: str) -> None:
    await database.run(refresh_tokens.revoke_family, session_id, now=datetime.now(UTC))


async def end_session_of_token(database: AsyncDatabase, plaintext: str) -> None:
    await database.run(refresh_tokens.revoke, plaintext, now=datetime.now(UTC))


def invalid_credentials() -> ProblemError:
    wrong = FieldError(
        field="password", reason="e-mail or password is wrong", code="invalid_credentials"
    )
    return ProblemError(
        401, "invalid-credentials", "The e-mail or the password is wrong.", errors=[wrong]
    )
