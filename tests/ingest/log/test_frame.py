"""Frames survive a round trip, and damage costs no more than the frames it touches."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.log.frame import (
    FRAME_HEADER_SIZE,
    FRAME_MAGIC,
    MAX_PAYLOAD_SIZE,
    Damage,
    Frame,
    Kind,
    PayloadTooLargeError,
    SegmentHeader,
    decode_segment_header,
    encode_frame,
    encode_segment_header,
    scan,
)

# Payloads are UTF-8; without that, a payload could imitate a header.
payloads = st.text(max_size=60).map(str.encode)
frames = st.builds(
    Frame,
    kind=st.sampled_from(Kind),
    number=st.integers(0, 2**63),
    rows=st.integers(0, 2**31),
    written_at=st.integers(0, 2**63),
    payload=payloads,
)


def frames_in(data: bytes) -> list[Frame]:
    return [item for item, _ in scan(data) if isinstance(item, Frame)]


def damage_in(data: bytes) -> list[Damage]:
    return [item for item, _ in scan(data) if isinstance(item, Damage)]


@given(st.lists(frames))
def test_frames_are_read_as_written(written: list[Frame]) -> None:
    data = b"".join(map(encode_frame, written))
    assert frames_in(data) == written
    assert damage_in(data) == []


def test_a_payload_that_the_reader_would_take_for_damage_cannot_be_encoded() -> None:
    largest = Frame(Kind.EVENTS, 0, 1, 0, b"x" * MAX_PAYLOAD_SIZE)
    assert frames_in(encode_frame(largest)) == [largest]
    with pytest.raises(PayloadTooLargeError, match="67108865 bytes, a frame may have 67108864"):
        encode_frame(largest._replace(payload=largest.payload + b"x"))


@given(st.lists(frames, min_size=1), st.data())
def test_a_cut_costs_only_the_frames_behind_it(written: list[Frame], data: st.DataObject) -> None:
    encoded = list(map(encode_frame, written))
    whole = b"".join(encoded)
    cut = data.draw(st.integers(0, len(whole) - 1))
    intact = [frame for frame, end in zip(written, _ends(encoded), strict=True) if end <= cut]
    assert frames_in(whole[:cut]) == intact
    assert damage_in(whole[:cut]) == []


@given(st.lists(frames, min_size=1), st.data())
def test_a_flipped_bit_costs_one_frame_and_is_reported(
    written: list[Frame], data: st.DataObject
) -> None:
    encoded = list(map(encode_frame, written))
    whole = bytearray(b"".join(encoded))
    bit = data.draw(st.integers(0, len(whole) * 8 - 1))
    whole[bit // 8] ^= 1 << bit % 8
    hit = next(index for index, end in enumerate(_ends(encoded)) if bit // 8 < end)
    found = frames_in(bytes(whole))
    assert found == written[:hit] + written[hit + 1 :]
    if hit + 1 < len(written):
        start = sum(map(len, encoded[:hit]))
        (damage,) = damage_in(bytes(whole))
        assert (damage.start, damage.end) == (start, start + len(encoded[hit]))


@given(st.lists(frames), st.binary(max_size=200), st.lists(frames, min_size=1))
def test_the_reader_finds_its_way_back_after_garbage(
    before: list[Frame], garbage: bytes, after: list[Frame]
) -> None:
    first, second = (b"".join(map(encode_frame, part)) for part in (before, after))
    assert frames_in(first + garbage + second)[-len(after) :] == after


@given(st.binary(max_size=500))
def test_any_bytes_can_be_scanned(data: bytes) -> None:
    position = 0
    for item, end in scan(data):
        assert end > position
        position = end
        assert isinstance(item, Frame | Damage)
    assert position <= len(data)


def test_a_header_inside_text_cannot_start_with_the_magic() -> None:
    assert FRAME_MAGIC[0] == 0xFF
    with pytest.raises(UnicodeDecodeError):
        FRAME_MAGIC.decode()


def test_a_frame_costs_forty_bytes() -> None:
    assert FRAME_HEADER_SIZE == 40


@given(st.tuples(*[st.integers(0, 2**64 - 1)] * 4))
def test_a_segment_header_is_read_as_written(fields: tuple[int, int, int, int]) -> None:
    header = SegmentHeader(*fields)
    assert decode_segment_header(encode_segment_header(header) + b"rest") == header


@given(st.integers(0, 44 * 8 - 1))
def test_a_damaged_segment_header_is_not_believed(bit: int) -> None:
    encoded = bytearray(encode_segment_header(SegmentHeader(1, 2, 1, 4096)))
    bit %= len(encoded) * 8
    encoded[bit // 8] ^= 1 << bit % 8
    assert decode_segment_header(bytes(encoded)) is None


def _ends(encoded: list[bytes]) -> list[int]:
    ends, position = [], 0
    for frame in encoded:
        position += len(frame)
        ends.append(position)
    return ends
