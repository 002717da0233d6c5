"""Errors as `application/problem+json` (RFC 9457)."""

from typing import Any

import msgspec

CONTENT_TYPE = "application/problem+json"

Headers = tuple[tuple[bytes, bytes], ...]


class Problem(Exception):  # noqa: N818 - the term of the RFC
    """`slug` is the stable `type`; `detail` says what to do."""

    def __init__(
        self,
        status: int,
        slug: str,
        title: str,
        detail: str,
        *,
        errors: list[Any] | None = None,
        headers: Headers = (),
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.slug = slug
        self.title = title
        self.detail = detail
        self.errors = errors or []
        self.headers = headers

    def body(self) -> bytes:
        return msgspec.json.encode(
            {
                "type": self.slug,
                "title": self.title,
                "status": self.status,
                "detail": self.detail,
                "errors": self.errors,
            }
        )


def retry_after(seconds: float) -> Headers:
    return ((b"retry-after", b"%d" % max(1, round(seconds))),)


CLOSE: Headers = ((b"connection", b"close"),)


def unauthorized() -> Problem:
    return Problem(
        401,
        "invalid-write-key",
        "Invalid write key",
        "No active write key was sent: use `Authorization: Bearer <write key>`, the user name of "
        "Basic authentication, or `write_key` in the body.",
        headers=((b"www-authenticate", b'Bearer realm="ingest"'),),
    )


def keys_unavailable() -> Problem:
    return Problem(
        503,
        "keys-unavailable",
        "Write keys unavailable",
        "The key is not known here and the control plane cannot be asked. Send the events again.",
        headers=retry_after(5),
    )


def too_large(detail: str) -> Problem:
    return Problem(413, "too-large", "Request too large", detail, headers=CLOSE)


def malformed(detail: str, position: int | None = None) -> Problem:
    errors = [] if position is None else [{"position": position, "reason": detail}]
    return Problem(400, "malformed-json", "Malformed JSON", detail, errors=errors)


def too_slow() -> Problem:
    detail = "The body did not arrive in time."
    return Problem(408, "body-timeout", "Body too slow", detail, headers=CLOSE)


def overloaded(detail: str) -> Problem:
    return Problem(503, "overloaded", "Overloaded", detail, headers=retry_after(2))


def unexpected() -> Problem:
    detail = "Something failed on our side. Send the events again."
    return Problem(500, "internal-error", "Internal error", detail)


def storage_failed() -> Problem:
    return Problem(
        503,
        "log-unavailable",
        "Log unavailable",
        "The events could not be made durable and were not accepted. Send them again.",
        headers=retry_after(5),
    )
