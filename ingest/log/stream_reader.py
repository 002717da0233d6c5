"""Reads the segments of one stream from a position on, through damage and across segments."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from ingest.log.frame import (
    SEGMENT_HEADER_SIZE,
    Damage,
    Frame,
    SegmentHeader,
    decode_segment_header,
    scan,
)
from ingest.log.names import segment_path


class Position(NamedTuple):
    """Everything before `offset` in segment `segment` has been read."""

    segment: int
    offset: int


class Loss(NamedTuple):
    """Bytes of a segment that should have held frames."""

    stream: int
    segment: int
    start: int
    end: int
    reason: str
    is_acknowledged: bool = True  # False: never durable; its requests had no 200


class Reading(NamedTuple):
    """Frames read, what could not be read, and where to go on.

    `is_finished`: nothing more will ever come after `position` (only of a stream that has ended).
    """

    frames: list[Frame]
    losses: list[Loss]
    position: Position
    is_finished: bool


class StreamReader:
    def __init__(self, directory: Path, stream: int) -> None:
        self._directory = directory
        self.stream = stream

    def read(
        self, position: Position | None, segments: Sequence[int], *, has_ended: bool, limit: int
    ) -> Reading:
        """Read up to about `limit` bytes of one segment.

        `segments` are the stream's segments and must have been listed before this call; `has_ended`
        says that its writer is gone, and must have been found out before the listing. In that order
        a segment with a successor, or of an ended stream, is known to be complete.
        """
        if position is None:
            position = Position(segments[0] if segments else 0, 0)
        if position.segment not in segments:
            return self._skip_missing(position, segments, has_ended)
        data, is_all = self._load(position, limit)
        frames, losses, end = self._scan(position, data, segments)
        if not is_all or not (has_ended or segments[-1] > position.segment):
            return Reading(frames, losses, Position(position.segment, end), is_finished=False)
        size = position.offset + len(data)
        losses.extend(self._lost_tail(position.segment, end, size, segments))
        return self._after(Position(position.segment, end), segments, frames, losses, has_ended)

    def _skip_missing(
        self, position: Position, segments: Sequence[int], has_ended: bool
    ) -> Reading:
        """The segment is not there: not yet, or lost although a later one says it had frames."""
        losses: list[Loss] = []
        if any(number > position.segment for number in segments):
            losses = self._lost_tail(position.segment, position.offset, position.offset, segments)
        return self._after(position, segments, [], losses, has_ended)

    def _after(
        self,
        position: Position,
        segments: Sequence[int],
        frames: list[Frame],
        losses: list[Loss],
        has_ended: bool,
    ) -> Reading:
        following = next((number for number in segments if number > position.segment), None)
        if following is None:
            return Reading(frames, losses, position, is_finished=has_ended)
        losses = [*losses, *self._missing_between(position.segment, following)]
        return Reading(frames, losses, Position(following, 0), is_finished=False)

    def _missing_between(self, segment: int, following: int) -> list[Loss]:
        """Segments are numbered without gaps: one that is not there was deleted.

        The header after it names the last segment with acknowledged frames; nothing tells of those
        before that one, so they are taken to have held some too.
        """
        header = self._header(following) if following > segment + 1 else None
        if header is None:
            return []
        reason = "the segment is missing"
        sizes = {header.previous_segment: header.previous_size}
        return [
            Loss(self.stream, missing, 0, sizes.get(missing, 0), reason)
            for missing in range(segment + 1, min(header.previous_segment + 1, following))
        ]

    def _load(self, position: Position, limit: int) -> tuple[bytes, bool]:
        """Bytes from the position on, and whether they reach the end of the file."""
        with self._path(position.segment).open("rb") as file:
            file.seek(position.offset)
            data = file.read(limit)
            while next(scan(data), None) is None and (more := file.read(len(data))):
                data += more  # a frame larger than the limit
            return data, not file.read(1)

    def _scan(
        self, position: Position, data: bytes, segments: Sequence[int]
    ) -> tuple[list[Frame], list[Loss], int]:
        frames: list[Frame] = []
        losses: list[Loss] = []
        base = position.offset
        skipped = 0
        if base == 0 and decode_segment_header(data) is not None:
            skipped = SEGMENT_HEADER_SIZE
        end = base + skipped
        for item, item_end in scan(data[skipped:] if skipped else data):
            if isinstance(item, Frame):
                frames.append(item)
            else:
                losses.append(self._loss(position.segment, base + skipped, item, segments))
            end = base + skipped + item_end
        return frames, losses, end

    def _loss(self, segment: int, base: int, damage: Damage, segments: Sequence[int]) -> Loss:
        """Acknowledged unless a later segment says that this was never durable.

        Pages that were not synced reach the disk in any order: behind such a hole may be frames.
        """
        start, end = base + damage.start, base + damage.end
        durable = self._durable_size(segment, segments)
        is_acknowledged = durable is None or start < durable
        return Loss(self.stream, segment, start, end, damage.reason, is_acknowledged)

    def _lost_tail(self, segment: int, end: int, size: int, segments: Sequence[int]) -> list[Loss]:
        """What follows the last intact frame of a complete segment.

        A later segment says how much was durable: up to there, frames that had their 200 are lost.
        Beyond it, and in the last segment of a stream, it is a tail torn by the writer's end.
        """
        durable = self._durable_size(segment, segments)
        if durable is not None and end < durable:
            reason = "the end of the segment is missing or damaged"
            return [Loss(self.stream, segment, end, durable, reason)]
        if end < size:
            reason = "torn tail"
            return [Loss(self.stream, segment, end, size, reason, is_acknowledged=False)]
        return []

    def _durable_size(self, segment: int, segments: Sequence[int]) -> int | None:
        for later in (other for other in segments if other > segment):
            header = self._header(later)
            if header is None or header.previous_segment > segment:
                continue
            # Of an earlier segment: nothing in this one was acknowledged.
            return header.previous_size if header.previous_segment == segment else 0
        return None

    def _header(self, segment: int) -> SegmentHeader | None:
        with self._path(segment).open("rb") as file:
            return decode_segment_header(file.read(SEGMENT_HEADER_SIZE))

    def _path(self, segment: int) -> Path:
        return segment_path(self._directory, self.stream, segment)
