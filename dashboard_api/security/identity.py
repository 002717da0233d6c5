"""Who sent a request: a user with an access token, or an API key."""

import time
from dataclasses import dataclass

from sqlalchemy.orm import Session
from starlette.requests import HTTPConnection

from control_plane.database import AsyncDatabase
from control_plane.keys import KIND_PREFIX, KeyKind, hash_key
from control_plane.models import User
from control_plane.repositories import api_keys, memberships, projects, refresh_tokens, users
from control_plane.repositories.memberships import ProjectAccess
from control_plane.roles import Role
from dashboard_api.problems import ProblemError
from dashboard_api.security.cookies import ACCESS_COOKIE, SAFE_METHODS, refuse_cross_site
from dashboard_api.security.tokens import AccessClaims, read_access_token, unauthenticated
from dashboard_api.settings import Settings

API_KEY_PREFIXES = tuple(KIND_PREFIX.values())
API_KEY_CHECK_SECONDS = 900


@dataclass(frozen=True)
class Identity:
    """`projects` are those it may see, with its role in each. A read key has no user."""

    user: User | None
    projects: tuple[ProjectAccess, ...]
    session_id: str | None
    expires_at: float


def bearer_token(connection: HTTPConnection) -> str | None:
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


async def identify(
    connection: HTTPConnection, settings: Settings, database: AsyncDatabase
) -> Identity:
    """Raise a 401 problem unless a valid bearer token or session cookie came along."""
    token = bearer_token(connection)
    if token is None:
        token = connection.cookies.get(ACCESS_COOKIE)
        if token is None:
            raise unauthenticated("unauthenticated", "Sign in, or send a bearer token.")
        if connection.scope.get("method", "WEBSOCKET") not in SAFE_METHODS:
            refuse_cross_site(connection, settings)
    return await identify_token(token, settings, database)


async def identify_token(token: str, settings: Settings, database: AsyncDatabase) -> Identity:
    if token.startswith(API_KEY_PREFIXES):
        return await database.run(identity_of_key, token)
    return await database.run(identity_of_user, read_access_token(settings, token))


def identity_of_user(session: Session, claims: AccessClaims) -> Identity:
    user = users.by_id(session, claims.user_id)
    open_session = refresh_tokens.is_open(session, claims.session_id)
    if user is None or user.disabled_at is not None or not open_session:
        raise unauthenticated("session-ended", "This session has ended. Sign in again.")
    access = tuple(memberships.accessible_projects(session, user.id))
    return Identity(user, access, claims.session_id, claims.expires_at)


def identity_of_key(session: Session, plaintext: str) -> Identity:
    key = api_keys.active_by_hash(session, hash_key(plaintext))
    if key is None:
        raise unauthenticated("key-invalid", "There is no such API key, or it was revoked.")
    if key.kind == KeyKind.WRITE:
        raise ProblemError(
            403, "write-key", "A write key only sends events. Use a read or personal key here."
        )
    expires_at = time.time() + API_KEY_CHECK_SECONDS
    if key.user_id is None:
        project = projects.by_id(session, str(key.project_id))
        return Identity(None, (ProjectAccess(project, Role.VIEWER),), None, expires_at)
    user = users.by_id(session, key.user_id)
    if user is None or user.disabled_at is not None:
        raise unauthenticated("key-invalid", "The user of this key is gone or disabled.")
    access = memberships.accessible_projects(session, user.id)
    reachable = tuple(a for a in access if key.project_id in (None, a.project.id))
    return Identity(user, reachable, None, expires_at)
