"""What capture requests are answered with."""

from typing import Any

import msgspec

from ingest.arrival import Protocol
from ingest.pipeline import Prepared, RejectedEvent
from ingest.problems import CONTENT_TYPE, Headers, Problem
from ingest.protocols import native, posthog, segment
from ingest.protocols.envelope import Envelope

JSON = b"application/json"
_encoder = msgspec.json.Encoder()


class Answer(msgspec.Struct, frozen=True):
    status: int
    body: bytes
    headers: Headers = ()
    content_type: bytes = JSON


# Always 200 as well, since other clients drop a batch for one bad event.
_SUCCESS: dict[str, dict[str, Any]] = {segment.NAME: {"success": True}, posthog.NAME: {"status": 1}}


def of_batch(
    protocol: Protocol, envelope: Envelope, prepared: Prepared, headers: Headers
) -> Answer:
    """What the clients of the protocol expect, with ours added."""
    if protocol.name != native.NAME:
        return _success(protocol, envelope, prepared, headers)
    if not prepared.rows:
        return of_problem(_nothing_accepted(prepared.rejected, headers))
    return _accepted(len(prepared.rows), prepared.rejected, headers)


def _accepted(count: int, rejected: list[RejectedEvent], headers: Headers) -> Answer:
    """Always 200: several clients send again on 202 and 204."""
    if not rejected:
        return Answer(200, b'{"accepted":%d,"rejected":[]}' % count, headers)
    return Answer(200, _encoder.encode({"accepted": count, "rejected": rejected}), headers)


def _success(
    protocol: Protocol, envelope: Envelope, prepared: Prepared, headers: Headers
) -> Answer:
    count, rejected = len(prepared.rows), prepared.rejected
    body = {**_SUCCESS[protocol.name], "accepted": count, "rejected": rejected}
    if protocol.results is not None:
        reasons = {item.index: f"{item.code}: {item.reason}" for item in rejected}
        body["results"] = protocol.results(envelope.texts, reasons)
    return Answer(200, _encoder.encode(body), headers)


def _nothing_accepted(rejected: list[RejectedEvent], headers: Headers) -> Problem:
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
