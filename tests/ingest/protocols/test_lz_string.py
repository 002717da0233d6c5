"""LZString as lz-string 1.4.4 for JavaScript makes it (`compressToBase64`)."""

import json

import pytest

from ingest.protocols import posthog
from ingest.protocols.lz_string import MAX_PACKED, MAX_UNPACKED, unpack
from ingest.protocols.rejection import MalformedBody

BATCH = (
    b"N4IghgDglg+g1gUwJ4gFwgO5xAGhAIzABcBjACzQG1QEA3BAOyLRAEvBT00F4NwAD3cQ"
    b"ATKAGciUBiSIwo/FgFcAjCAC+AXSVA=="
)
DECODED = {"api_key": "wk", "batch": [{"event": "é日😀", "distinct_id": "u1"}]}


def test_a_text_that_the_library_packed() -> None:
    assert json.loads(unpack(BATCH)) == DECODED
    assert unpack(BATCH.rstrip(b"=")) == unpack(BATCH)


def test_a_form_says_that_it_is_packed() -> None:
    form = b"data=" + BATCH.replace(b"+", b"%2B").replace(b"/", b"%2F") + b"&compression=lz64"
    envelope = posthog.decode_envelope(form)
    (event,) = envelope.texts
    assert (envelope.write_key, posthog.decode_event(event).event) == ("wk", "é日😀")


@pytest.mark.parametrize(
    "packed",
    [b"", b"=", b"%", b"w", BATCH[:40], BATCH[20:], "é".encode(), b"A" * (MAX_PACKED + 1)],
)
def test_what_is_not_lz_string_is_refused(packed: bytes) -> None:
    with pytest.raises(MalformedBody):
        unpack(packed)


def test_what_unpacks_to_too_much_is_refused() -> None:
    """Each code names the text before and its first character: n codes are n² / 2 characters."""
    bits = "00" + "10000110"  # a new character of 8 bits: "a"
    code, width, room = 4, 3, 4
    for _ in range(3_000):
        bits += f"{code:0{width}b}"[::-1]
        code, room = code + 1, room - 1
        if room == 0:
            room, width = 1 << width, width + 1
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    sixes = (bits[start : start + 6].ljust(6, "0") for start in range(0, len(bits), 6))
    packed = "".join(alphabet[int(six, 2)] for six in sixes).encode()
    assert len(packed) < MAX_PACKED
    with pytest.raises(MalformedBody, match=str(MAX_UNPACKED)):
        unpack(packed)
