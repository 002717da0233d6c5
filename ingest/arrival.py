"""A capture request as its events see it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec

from ingest.enrich.context import Sender
from ingest.project import Project
from ingest.protocols.envelope import Envelope, Text
from ingest.protocols.event import Event, Object

Results = Callable[[Sequence[Text], Mapping[int, str]], Object]
"""What an answer says of each event, of the events and why some of them were rejected, by place."""


class Protocol(NamedTuple):
    """How the events of a request are decoded.

    `by_headers` makes it of the headers of a request, where these say something of its events.
    `batch_factor`: how many times the tier's limit the bytes of a batch may be.
    """

    name: str
    decode_envelope: Callable[[bytes], Envelope]
    decode_event: Callable[[Text], Event]
    by_headers: "Callable[[Mapping[bytes, bytes]], Protocol] | None" = None
    results: Results | None = None
    batch_factor: int = 1


class Arrival(msgspec.Struct, frozen=True):
    """Everything about a request that its events share."""

    project: Project
    protocol: Protocol
    received_at: datetime
    sender: Sender
    stream: int
    frame: int
