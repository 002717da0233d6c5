"""How far the log has been loaded. Written by the loader, read by the capture API for the lag.

Losing it costs time, not events: the loader then asks the table what it holds.
"""

import logging
from pathlib import Path

import msgspec

from ingest.log import durable_file
from ingest.log.stream_reader import Position

logger = logging.getLogger(__name__)


class Checkpoint(msgspec.Struct):
    """`positions` by stream; a stream is dropped once all of it is loaded and it has ended."""

    load_id: int = 0
    loaded_until: int = 0  # when the last loaded frame was written, milliseconds since the epoch
    positions: dict[int, Position] = {}


def load(path: Path) -> Checkpoint:
    """The stored checkpoint; an empty one if there is none or it cannot be read."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Checkpoint)
    except FileNotFoundError:
        return Checkpoint()
    except msgspec.DecodeError as error:
        logger.warning("the checkpoint %s is unreadable and is ignored: %s", path, error)
        return Checkpoint()


def save(path: Path, checkpoint: Checkpoint) -> None:
    durable_file.replace(path, msgspec.json.encode(checkpoint))
