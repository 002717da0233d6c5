"""The bytes of a segment: one segment header, then frames. Pure functions over buffers.

A segment header names the stream and the segment, and says how many bytes of the segment before it
were durable, so that a truncated or deleted file is noticed. A frame header carries its own CRC32:
while it holds, the length can be trusted, and a damaged payload costs one frame. If it does not
hold, the reader goes on at the next intact header. Both magics begin with 0xFF, a byte that UTF-8
never contains, so a payload of JSON text cannot imitate a header.
"""

import struct
from collections.abc import Iterator
from enum import IntEnum
from typing import NamedTuple

from isal.isal_zlib import crc32

SEGMENT_MAGIC = b"\xffSEG"
FRAME_MAGIC = b"\xffFRM"
VERSION = 1

# magic, version, stream, segment, previous segment, its durable bytes | CRC32 of those
_SEGMENT = struct.Struct("<4sIQQQQ")
# magic, kind, payload length, CRC32 of the payload, frame number, rows, written at (ms) | CRC32
_FRAME = struct.Struct("<4sIIIQIQ")
_CRC = struct.Struct("<I")
_CHECKSUM_STEP = 5 * 1024

SEGMENT_HEADER_SIZE = _SEGMENT.size + _CRC.size
FRAME_HEADER_SIZE = _FRAME.size + _CRC.size
# A batch of 500 KB grows some tenfold by enrichment, and by more if its events share a context.
# Nothing larger is written, so a greater length is damage.
MAX_PAYLOAD_SIZE = 64 << 20


class Kind(IntEnum):
    """The table that a frame's rows are for."""

    EVENTS = 1
    REJECTED = 2


_KINDS = {kind.value: kind for kind in Kind}


class PayloadTooLargeError(Exception):
    """The reader would take the frame for damage."""


class SegmentHeader(NamedTuple):
    stream: int
    segment: int
    previous_segment: int  # of the last segment before this one that holds acknowledged frames
    previous_size: int  # its durable bytes; 0 if there is none


class Frame(NamedTuple):
    """`payload` is loader-ready: one JSON object per row, each line ended by a newline."""

    kind: Kind
    number: int
    rows: int
    written_at: int  # milliseconds since the epoch
    payload: bytes


class FrameSize(NamedTuple):
    """What a frame's header tells without its payload."""

    rows: int
    written_at: int
    size: int  # bytes, with the header


class Damage(NamedTuple):
    """Bytes that hold no intact frame, in the middle of a segment or where frames should be."""

    start: int
    end: int
    reason: str


class Scanned(NamedTuple):
    """A frame or damage, and the position after it."""

    item: Frame | Damage
    end: int


class _Header(NamedTuple):
    kind: Kind
    size: int
    checksum: int
    number: int
    rows: int
    written_at: int


def encode_segment_header(header: SegmentHeader) -> bytes:
    return _sealed(_SEGMENT.pack(SEGMENT_MAGIC, VERSION, *header))


def decode_segment_header(data: bytes) -> SegmentHeader | None:
    """The header at the start of a segment; None if it is incomplete or damaged."""
    if len(data) < SEGMENT_HEADER_SIZE or not _is_sealed(data, 0, _SEGMENT.size):
        return None
    magic, version, *fields = _SEGMENT.unpack_from(data)
    if magic != SEGMENT_MAGIC or version != VERSION:
        return None
    return SegmentHeader(*fields)


def encode_frame(frame: Frame) -> bytes:
    """Raises PayloadTooLargeError."""
    data = open_frame()
    data += frame.payload
    seal_frame(data, frame.kind, frame.number, frame.rows, frame.written_at)
    return bytes(data)


def open_frame() -> bytearray:
    """Room for a header; the payload is to be appended."""
    return bytearray(FRAME_HEADER_SIZE)


def seal_frame(data: bytearray, kind: Kind, number: int, rows: int, written_at: int) -> None:
    """Fill in the header of an open frame; raises PayloadTooLargeError."""
    size = len(data) - FRAME_HEADER_SIZE
    if size > MAX_PAYLOAD_SIZE:
        raise PayloadTooLargeError(
            f"The events take {size} bytes, a frame may have {MAX_PAYLOAD_SIZE}."
        )
    total = checksum(memoryview(data)[FRAME_HEADER_SIZE:])
    _FRAME.pack_into(data, 0, FRAME_MAGIC, kind, size, total, number, rows, written_at)
    _CRC.pack_into(data, _FRAME.size, crc32(data[: _FRAME.size]))


def measure_frame(header: bytes) -> FrameSize | None:
    """From the first FRAME_HEADER_SIZE bytes of a frame; None if they are no intact header."""
    decoded = _decode_header(header, 0)
    if decoded is None or not header.startswith(FRAME_MAGIC):
        return None
    return FrameSize(decoded.rows, decoded.written_at, FRAME_HEADER_SIZE + decoded.size)


def scan(data: bytes) -> Iterator[Scanned]:
    """Frames and damage in the order of the bytes.

    Stops at a tail that may still be being written: an incomplete frame, or a damaged last one.
    Whether such a tail is damage depends on what is known of the file; the caller decides.
    """
    position = 0
    while (found := _next_header(data, position)) is not None:
        start, header = found
        if start > position:
            yield Scanned(Damage(position, start, "no intact frame header"), start)
        position = start
        body = start + FRAME_HEADER_SIZE
        end = body + header.size
        payload = data[body:end]
        if len(payload) == header.size and checksum(payload) == header.checksum:
            frame = Frame(header.kind, header.number, header.rows, header.written_at, payload)
            yield Scanned(frame, end)
        elif (following := _next_header(data, body)) is not None:
            end = following[0]
            yield Scanned(Damage(start, end, f"frame {header.number} fails its checksum"), end)
        else:
            return
        position = end


def _next_header(data: bytes, position: int) -> tuple[int, _Header] | None:
    """The first intact frame header at or after `position`."""
    start = data.find(FRAME_MAGIC, position)
    while start >= 0:
        if (header := _decode_header(data, start)) is not None:
            return start, header
        start = data.find(FRAME_MAGIC, start + 1)
    return None


def _decode_header(data: bytes, start: int) -> _Header | None:
    if start + FRAME_HEADER_SIZE > len(data) or not _is_sealed(data, start, _FRAME.size):
        return None
    _, kind, size, checksum, number, rows, written_at = _FRAME.unpack_from(data, start)
    known = _KINDS.get(kind)
    if size > MAX_PAYLOAD_SIZE or known is None:
        return None
    return _Header(known, size, checksum, number, rows, written_at)


def checksum(payload: bytes | memoryview) -> int:
    """CRC32, in steps during which isal keeps Python's lock.

    Of more than 5 KiB it would give the lock away, and waiting for it takes longer than the sum.
    """
    if len(payload) <= _CHECKSUM_STEP:
        return crc32(payload)
    view = memoryview(payload)
    value = 0
    for start in range(0, len(payload), _CHECKSUM_STEP):
        value = crc32(view[start : start + _CHECKSUM_STEP], value)
    return value


def _sealed(packed: bytes) -> bytes:
    return packed + _CRC.pack(crc32(packed))


def _is_sealed(data: bytes, start: int, size: int) -> bool:
    (expected,) = _CRC.unpack_from(data, start + size)
    return crc32(data[start : start + size]) == int(expected)
