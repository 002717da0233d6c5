"""What a capture request says of itself, read from the ASGI scope."""

import base64
import binascii
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs

Scope = Mapping[str, Any]


class Request:
    """Header names are lower case; of a repeated header the last one counts."""

    __slots__ = ("address", "headers", "query")

    def __init__(self, scope: Scope) -> None:
        self.headers: dict[bytes, bytes] = dict(scope["headers"])
        client = scope.get("client")
        self.address: str = client[0] if client else ""
        self.query: bytes = scope.get("query_string", b"")

    def write_key(self) -> str | None:
        """From Bearer, from the user name of Basic, or from the query, where beacons put it."""
        authorization = self.headers.get(b"authorization")
        if authorization:
            is_read, key = _read_authorization(authorization)
            if is_read:
                return key
        return self._parameter("writeKey", "write_key", "api_key", "token")

    def sent_at(self) -> str | None:
        """Milliseconds since 1970 by the client's clock, where PostHog's libraries put it."""
        return self._parameter("sent_at", "_")

    def came_through_proxy(self) -> bool:
        return b"x-forwarded-for" in self.headers or b"x-forwarded-proto" in self.headers

    def content_length(self) -> int:
        length = self.headers.get(b"content-length", b"")
        return int(length) if length.isdigit() else 0

    def _parameter(self, *names: str) -> str | None:
        """The first of these parameters that the query has."""
        if not self.query:
            return None
        given = parse_qs(self.query.decode("latin-1"))
        return next((given[name][0] for name in names if name in given), None)

    def user_agent(self) -> str:
        return self.headers.get(b"user-agent", b"").decode("latin-1")


@lru_cache(1_024)
def _read_authorization(given: bytes) -> tuple[bool, str | None]:
    """Whether it is of a scheme that is known, and the key in it."""
    scheme, _, value = given.partition(b" ")
    match scheme.lower():
        case b"bearer":
            return True, value.strip().decode("latin-1") or None
        case b"basic":
            return True, _user_name(value)
    return False, None


def _user_name(encoded: bytes) -> str | None:
    try:
        decoded = base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):
        return None
    return decoded.partition(b":")[0].decode(errors="replace") or None
