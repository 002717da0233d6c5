"""Bodies are unpacked by their first bytes, within bounds of size and memory."""

import gzip
import tracemalloc
import zlib
from collections.abc import Callable
from typing import Any

import pytest
import zstandard

from ingest.capture.body import unpack
from ingest.problems import Problem
from ingest.protocols.rejection import MalformedBody

TEXT = b'{"events":[' + b'{"event":"clicked"},' * 500 + b"{}]}"
LIMIT = 100_000

Pack = Callable[[bytes], bytes]


def streamed_zstd(data: bytes) -> bytes:
    """Its head does not say how much is in it."""
    packer = zstandard.ZstdCompressor().compressobj()
    return packer.compress(data) + packer.flush()


PACKERS = {
    "gzip": gzip.compress,
    "zlib": zlib.compress,
    "fastest zlib": lambda data: zlib.compress(data, 1),
    "quick zlib": lambda data: zlib.compress(data, 5),
    "smallest zlib": lambda data: zlib.compress(data, 9),
    "zstd": zstandard.ZstdCompressor().compress,
    "streamed zstd": streamed_zstd,
}
packers = pytest.mark.parametrize("pack", PACKERS.values(), ids=PACKERS)


@packers
def test_what_was_packed_is_unpacked(pack: Pack) -> None:
    assert unpack(pack(TEXT), LIMIT) == TEXT


@pytest.mark.parametrize("body", [b"", b"x", b"(", b"{}", b"data=e30", b"\xef\xbb\xbf{}"])
def test_anything_else_is_left_as_it_is(body: bytes) -> None:
    assert unpack(body, LIMIT) is body


@packers
def test_the_limit_is_what_a_body_may_have_unpacked(pack: Pack) -> None:
    assert len(unpack(pack(b" " * LIMIT), LIMIT)) == LIMIT
    with pytest.raises(Problem) as refused:
        unpack(pack(b" " * (LIMIT + 1)), LIMIT)
    assert (refused.value.status, refused.value.slug) == (413, "too-large")


@pytest.mark.parametrize(
    "packer",
    [
        lambda: zlib.compressobj(1, wbits=31),
        lambda: zlib.compressobj(1),
        lambda: zstandard.ZstdCompressor().compressobj(),
    ],
    ids=["gzip", "zlib", "zstd"],
)
def test_a_bomb_is_refused_without_unpacking_it(packer: Callable[[], Any]) -> None:
    made = packer()
    bomb = b"".join(made.compress(b" " * 100_000) for _ in range(300)) + made.flush()
    tracemalloc.start()
    try:
        with pytest.raises(Problem, match="A batch may have 100000 bytes"):
            unpack(bomb, LIMIT)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


@packers
def test_a_body_that_is_cut_short_is_malformed(pack: Pack) -> None:
    body = pack(TEXT)
    for length in (2, 3, 5, len(body) // 2, len(body) - 1):
        with pytest.raises(MalformedBody):
            unpack(body[:length], LIMIT)


@packers
def test_a_broken_body_is_malformed_or_too_large(pack: Pack) -> None:
    body = bytearray(pack(TEXT))
    for place in range(4, len(body)):
        broken = bytes(body[:place]) + bytes([body[place] ^ 0x55]) + bytes(body[place + 1 :])
        try:
            assert len(unpack(broken, LIMIT)) <= LIMIT
        except (MalformedBody, Problem):
            continue


def test_a_window_that_takes_too_much_memory_is_refused() -> None:
    parameters = zstandard.ZstdCompressionParameters(window_log=27)
    packer = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    body = packer.compress(TEXT) + packer.flush()
    assert zstandard.get_frame_parameters(body).window_size == 128 << 20
    with pytest.raises(MalformedBody, match="the body looks like zstd, but cannot be read"):
        unpack(body, LIMIT)


def test_a_head_that_promises_too_much_is_refused_without_making_room_for_it() -> None:
    head = b"\x28\xb5\x2f\xfd\xe0" + (1 << 62).to_bytes(8, "little")
    with pytest.raises(Problem, match="A batch may have 100000 bytes"):
        unpack(head + b"\x01\x00\x00", LIMIT)
