"""LZString in base64, which posthog-js-lite before 3.4 packs events by.

A dictionary of texts grows while codes are read: each code names a text, or says that a new
character follows. Its characters are units of UTF-16.
"""

import base64
import binascii

from ingest.protocols.rejection import MalformedBody

# 100 ms of one CPU; libraries send some 20 events at a time, a few KB.
MAX_PACKED = 64 << 10  # characters
MAX_UNPACKED = 2 << 20  # units of UTF-16

_NEW_BYTE, _NEW_UNIT, _END = 0, 1, 2  # codes that name no text
_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


class _Codes:
    """Reads numbers whose lowest bit comes first, of bytes whose highest bit comes first."""

    __slots__ = ("_bytes", "_count", "_held")

    def __init__(self, packed: bytes) -> None:
        self._bytes = iter(packed.translate(_REVERSED))
        self._held = self._count = 0  # bits that were taken and not read yet

    def read(self, width: int) -> int:
        """Raises StopIteration at the end."""
        while self._count < width:
            self._held |= next(self._bytes) << self._count
            self._count += 8
        code = self._held & ((1 << width) - 1)
        self._held >>= width
        self._count -= width
        return code


def unpack(encoded: bytes) -> bytes:
    """The text in UTF-8; raises MalformedBody if it is not LZString, or too large."""
    if len(encoded) > MAX_PACKED:
        raise MalformedBody(f"LZString may have {MAX_PACKED} characters; send smaller batches")
    encoded = encoded.rstrip(b"=")
    try:
        packed = base64.b64decode(encoded + b"A" * (-len(encoded) % 4), validate=True)
        units = _decompress(_Codes(packed))
    except (binascii.Error, StopIteration, IndexError) as error:
        raise MalformedBody("the form's `data` is not LZString in base64") from error
    in_utf_16 = units.encode("utf-16-le", "surrogatepass")
    return in_utf_16.decode("utf-16-le", "replace").encode()


def _decompress(codes: _Codes) -> str:
    """Raises StopIteration and IndexError for what is not LZString, and MalformedBody."""
    texts = ["", "", ""]  # in the places of the codes that name none
    parts: list[str] = []
    size, width, room = 0, 2, 1  # room: texts that can be added before codes get wider
    before = ""
    while (code := codes.read(width)) != _END:
        if code in (_NEW_BYTE, _NEW_UNIT):
            texts.append(chr(codes.read(8 if code == _NEW_BYTE else 16)))
            code = len(texts) - 1
            room -= 1
            if room == 0:
                room, width = 1 << width, width + 1
        text = before + before[0] if before and code == len(texts) else texts[code]
        parts.append(text)
        size += len(text)
        if size > MAX_UNPACKED:
            raise MalformedBody(f"LZString may unpack to {MAX_UNPACKED} characters")
        if before:
            texts.append(before + text[0])
            room -= 1
            if room == 0:
                room, width = 1 << width, width + 1
        before = text
    return "".join(parts)
