"""A capture request as its events see it."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

import msgspec

from ingest.enrich.context import Sender
from ingest.project import Project
from ingest.protocols.envelope import Envelope, Text
from ingest.protocols.event import Event


class Protocol(NamedTuple):
    """How the events of a request are decoded."""

    name: str
    decode_envelope: Callable[[bytes], Envelope]
    decode_event: Callable[[Text], Event]


class Arrival(msgspec.Struct, frozen=True):
    """Everything about a request that its events share."""

    project: Project
    protocol: Protocol
    received_at: datetime
    sender: Sender
    stream: int
    frame: int
