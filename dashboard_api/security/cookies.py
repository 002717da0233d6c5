"""Session cookies, and the check that a cookie was not sent on another site's behalf."""

from typing import Final
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection
from starlette.responses import Response

from dashboard_api.problems import ProblemError
from dashboard_api.settings import Settings

ACCESS_COOKIE: Final = "access_token"
REFRESH_COOKIE: Final = "refresh_token"
# The refresh token leaves the browser only for the routes that rotate or revoke it.
REFRESH_PATH: Final = "/api/v1/auth"
ACCESS_PATH: Final = "/api"

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def set_session_cookies(
    response: Response, settings: Settings, *, access_token: str, refresh_token: str
) -> None:
    for name, value, path, lifetime in (
        (ACCESS_COOKIE, access_token, ACCESS_PATH, settings.access_token_seconds),
        (REFRESH_COOKIE, refresh_token, REFRESH_PATH, settings.refresh_token_seconds),
    ):
        response.set_cookie(
            name,
            value,
            max_age=lifetime,
            path=path,
            httponly=True,
            samesite="strict",
            secure=settings.cookies_are_secure,
        )


def clear_session_cookies(response: Response) -> None:
    response.delete_cookie(ACCESS_COOKIE, path=ACCESS_PATH, httponly=True, samesite="strict")
    response.delete_cookie(REFRESH_COOKIE, path=REFRESH_PATH, httponly=True, samesite="strict")


def origin_of(address: str) -> tuple[str, str]:
    parts = urlsplit(address)
    return parts.scheme, parts.netloc


def is_same_origin(connection: HTTPConnection, settings: Settings) -> bool:
    """Whether the page that sent this is ours. Browsers always tell; a client that sends
    neither header is not a browser and carries nobody's cookies but its own."""
    origin = connection.headers.get("origin")
    if origin is not None:
        host = connection.headers.get("host", "")
        return origin_of(origin)[1] == host or origin_of(origin) == origin_of(settings.frontend_url)
    return connection.headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")


def refuse_cross_site(connection: HTTPConnection, settings: Settings) -> None:
    """SameSite=Strict already keeps cookies away from other sites; this also stops sibling
    subdomains, sign-in on an attacker's account, and cross-site WebSockets."""
    if not is_same_origin(connection, settings):
        raise ProblemError(
            403,
            "cross-site-request",
            f"This request came from another site. Send it from {settings.frontend_url}, "
            "or use a bearer token.",
        )
