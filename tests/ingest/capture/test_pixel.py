"""Segment's pixels: messages in the addresses of images."""

import base64
import json
from typing import Any

import pytest

from tests.ingest.services import Ingest

MESSAGE = {"userId": "u1", "event": "opened", "messageId": "0192f0c8-7b1a-7c3e-9d2f-0123456789ab"}
ORIGIN = {"Origin": "https://mail.example.com"}


def data_of(message: dict[str, Any]) -> str:
    return base64.b64encode(json.dumps(message).encode()).decode()


def test_a_pixel_is_an_event_and_an_image(ingest: Ingest) -> None:
    message = {**MESSAGE, "writeKey": ingest.write_key, "properties": {"what": "????~~~~"}}
    data = data_of(message)
    assert {"/", "+"} & set(data)
    for sent in (data, data.rstrip("="), data.replace("/", "_").replace("+", "-")):
        url = f"{ingest.url}/v1/pixel/track"
        answer = ingest.http.get(url, params={"data": sent}, headers=ORIGIN)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/gif")
        assert answer.content.startswith(b"GIF89a")
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["access-control-allow-origin"] == ORIGIN["Origin"]
    (row,) = ingest.wait_for_rows(1)
    assert (row["event_name"], row["user_id"]) == ("opened", "u1")
    assert row["properties"] == '{"what":"????~~~~"}'


def test_the_path_says_the_type(ingest: Ingest) -> None:
    for kind in ("page", "identify"):
        message = {"userId": "u1", "writeKey": ingest.write_key}
        data = data_of(message)
        assert ingest.http.get(f"{ingest.url}/v1/pixel/{kind}", params={"data": data}).is_success
    assert {row["type"] for row in ingest.wait_for_rows(2)} == {"page", "identify"}


@pytest.mark.parametrize(
    ("parameters", "status"),
    [
        ({}, 400),
        ({"data": "%%%"}, 400),
        ({"data": "x"}, 400),
        ({"data": base64.b64encode(b"{").decode()}, 400),
        ({"data": data_of(MESSAGE)}, 401),
        ({"data": data_of({**MESSAGE, "writeKey": "wk_wrong"})}, 401),
    ],
)
def test_what_is_wrong_with_a_pixel_is_told(
    ingest: Ingest, parameters: dict[str, str], status: int
) -> None:
    answer = ingest.http.get(f"{ingest.url}/v1/pixel/track", params=parameters)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_looking_whether_a_pixel_is_there_sends_nothing(ingest: Ingest) -> None:
    data = data_of({**MESSAGE, "writeKey": ingest.write_key})
    assert (
        ingest.http.head(f"{ingest.url}/v1/pixel/track", params={"data": data}).status_code == 404
    )
    assert ingest.stored() == []
