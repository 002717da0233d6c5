"""What capture requests are answered with."""

from typing import Any

import msgspec

from ingest.pipeline import RejectedEvent
from ingest.problems import CONTENT_TYPE, Headers, Problem
from ingest.protocols import posthog, segment

JSON = b"application/json"
_encoder = msgspec.json.Encoder()


class Answer(msgspec.Struct, frozen=True):
    status: int
    body: bytes
    headers: Headers = ()
    content_type: bytes = JSON


def accepted(count: int, rejected: list[RejectedEvent], headers: Headers) -> Answer:
    """Always 200: several clients send again on 202 and 204."""
    if not rejected:
        return Answer(200, b'{"accepted":%d,"rejected":[]}' % count, headers)
    return Answer(200, _encoder.encode({"accepted": count, "rejected": rejected}), headers)


# Always 200 as well, since other clients drop a batch for one bad event.
_SUCCESS: dict[str, dict[str, Any]] = {segment.NAME: {"success": True}, posthog.NAME: {"status": 1}}


def success(protocol: str, count: int, rejected: list[RejectedEvent], headers: Headers) -> Answer:
    """What clients of another protocol expect, with ours added."""
    body = {**_SUCCESS[protocol], "accepted": count, "rejected": rejected}
    return Answer(200, _encoder.encode(body), headers)


def nothing_accepted(rejected: list[RejectedEvent], headers: Headers) -> Problem:
    return Problem(
        400,
        "nothing-accepted",
        "No event was accepted",
        f"All {len(rejected)} events were rejected; `errors` says why.",
        errors=list(rejected),
        headers=headers,
    )


def of_problem(problem: Problem) -> Answer:
    return Answer(problem.status, problem.body(), problem.headers, CONTENT_TYPE.encode())
