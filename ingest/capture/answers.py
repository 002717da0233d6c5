"""What capture requests are answered with."""

from typing import NamedTuple

import msgspec

from ingest.pipeline import RejectedEvent
from ingest.problems import CONTENT_TYPE, Headers, Problem

JSON = b"application/json"
_encoder = msgspec.json.Encoder()


class Answer(NamedTuple):
    status: int
    body: bytes
    headers: Headers = ()
    content_type: bytes = JSON


def accepted(count: int, rejected: list[RejectedEvent], headers: Headers) -> Answer:
    """Always 200: several clients send again on 202 and 204."""
    if not rejected:
        return Answer(200, b'{"accepted":%d,"rejected":[]}' % count, headers)
    return Answer(200, _encoder.encode({"accepted": count, "rejected": rejected}), headers)


def success(count: int, rejected: list[RejectedEvent], headers: Headers) -> Answer:
    """Segment's answer, with ours added: its clients would drop a batch for one bad event."""
    body = {"success": True, "accepted": count, "rejected": rejected}
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
