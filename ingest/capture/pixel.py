"""Segment's pixels: a message in the address of an image, for mails and pages without scripts."""

import base64
import binascii
from urllib.parse import parse_qs

from ingest import problems
from ingest.capture.answers import Answer
from ingest.capture.body import Receive

# One transparent point.
_GIF = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")


def receiving(query: bytes) -> Receive:
    """Receives the JSON in base64 that `?data=` has, as a body. Raises Problem."""
    body = _data(query)

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


def image(answer: Answer) -> Answer:
    """In place of an answer that took the event; what is wrong with another one is told as JSON."""
    if answer.status != 200:
        return answer
    headers = (*answer.headers, (b"cache-control", b"no-store"))
    return Answer(200, _GIF, headers, b"image/gif")


def _data(query: bytes) -> bytes:
    given = parse_qs(query.decode("latin-1")).get("data")
    if not given:
        raise problems.malformed("`?data=` is missing: a message as JSON, in base64")
    # As in the path of a URL, or with a `+` that was not escaped; padded or not.
    encoded = given[0].replace(" ", "+").replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except binascii.Error as error:
        raise problems.malformed("`?data=` is not base64") from error
