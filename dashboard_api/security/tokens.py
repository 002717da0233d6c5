"""Access tokens (JWT, 15 minutes) and the seal on refresh tokens."""

import hashlib
import hmac
import time
from typing import NamedTuple

import jwt

from dashboard_api.problems import ProblemError
from dashboard_api.settings import Settings

ALGORITHM = "HS256"
ISSUER = "analytics-dashboard"


class AccessClaims(NamedTuple):
    """`session_id` is the refresh token family, the login from which the token descends."""

    user_id: str
    session_id: str
    expires_at: float


def issue_access_token(settings: Settings, user_id: str, session_id: str) -> str:
    now = int(time.time())
    claims = {
        "iss": ISSUER,
        "sub": user_id,
        "sid": session_id,
        "iat": now,
        "exp": now + settings.access_token_seconds,
    }
    return jwt.encode(claims, settings.jwt_secret.get_secret_value(), algorithm=ALGORITHM)


def read_access_token(settings: Settings, token: str) -> AccessClaims:
    """Check signature, issuer and expiry. Raises a 401 problem that says which."""
    try:
        claims = jwt.decode(
            token,
            settings.jwt_secret.get_secret_value(),
            algorithms=[ALGORITHM],
            issuer=ISSUER,
            options={"require": ["exp", "iat", "sub", "sid"]},
        )
    except jwt.ExpiredSignatureError:
        raise unauthenticated(
            "token-expired", "The access token has expired. Refresh it."
        ) from None
    except jwt.InvalidTokenError:
        raise unauthenticated(
            "token-invalid", "The access token is not valid. Sign in again."
        ) from None
    return AccessClaims(str(claims["sub"]), str(claims["sid"]), float(claims["exp"]))


def unauthenticated(type_: str, detail: str) -> ProblemError:
    return ProblemError(401, type_, detail, headers={"WWW-Authenticate": "Bearer"})


def seal_refresh_token(settings: Settings, plaintext: str) -> str:
    """`<token>.<HMAC>`: a forgery fails without a look at the database, and a new
    REFRESH_TOKEN_SECRET ends every session."""
    return f"{plaintext}.{_signature(settings, plaintext)}"


def open_refresh_token(settings: Settings, sealed: str) -> str | None:
    """The token inside, or None if the seal is not ours."""
    plaintext, _, signature = sealed.rpartition(".")
    genuine = hmac.compare_digest(signature.encode(), _signature(settings, plaintext).encode())
    return plaintext if genuine and plaintext else None


def _signature(settings: Settings, plaintext: str) -> str:
    key = settings.refresh_token_secret.get_secret_value().encode()
    return hmac.new(key, plaintext.encode(), hashlib.sha256).hexdigest()
