"""Answers for browsers: any page may send events, since the write key is public by design."""

from ingest.capture.request import Request
from ingest.problems import Headers

_METHODS = b"GET, POST, OPTIONS"
_DEFAULT_HEADERS = b"authorization, anonymousid, content-type, sentat"
_MAX_AGE = b"86400"


def headers(request: Request) -> Headers:
    """Echoes the origin, because beacons are sent with credentials and `*` refuses those."""
    origin = request.headers.get(b"origin")
    if origin is None:
        return ()
    return (
        (b"access-control-allow-origin", origin),
        (b"access-control-allow-credentials", b"true"),
        (b"access-control-expose-headers", b"retry-after, ratelimit-remaining"),
        (b"vary", b"origin"),
    )


def preflight(request: Request) -> Headers:
    asked = request.headers.get(b"access-control-request-headers", _DEFAULT_HEADERS)
    return (
        *headers(request),
        (b"access-control-allow-methods", _METHODS),
        (b"access-control-allow-headers", asked),
        (b"access-control-max-age", _MAX_AGE),
    )
