"""Requests that no HTTP library would send."""

import re
import socket
from contextlib import suppress
from typing import NamedTuple

from tests.ingest.services import Ingest

SECONDS = 20.0


class Reply(NamedTuple):
    status: int  # 0: the connection was closed without an answer
    text: str


def connect(ingest: Ingest) -> socket.socket:
    host, port = ingest.url.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=SECONDS)


def head(ingest: Ingest, *headers: str) -> bytes:
    lines = ["POST /v1/events HTTP/1.1", "Host: x", f"Authorization: Bearer {ingest.write_key}"]
    return "\r\n".join([*lines, *headers, "", ""]).encode()


def send(ingest: Ingest, data: bytes) -> Reply:
    """The first answer, waited for until the server closes the connection or has said it all."""
    with connect(ingest) as connection:
        with suppress(ConnectionError):  # refused while we were still sending
            connection.sendall(data)
        return read(connection)


def read(connection: socket.socket) -> Reply:
    received = b""
    with suppress(ConnectionError):
        while not _is_whole(received) and (data := connection.recv(1 << 16)):
            received += data
    found = re.match(rb"HTTP/1\.1 (\d{3})", received)
    return Reply(int(found[1]) if found else 0, received.decode(errors="replace"))


def _is_whole(received: bytes) -> bool:
    head, end, body = received.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
    return bool(end) and length is not None and len(body) >= int(length[1])
