"""Native output for clients that name a protocol revision (`client_protocol_version`).

For them a server puts a block info before each block and keeps the time zone in the type of a plain
`DateTime` column. chDB writes Native for revision 0, without both. Its own stream gives one block a
chunk, so the info goes before each chunk; the time zones come from DESCRIBE.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping

FIRST_REVISION_WITH_TIME_ZONES = 54337
BLOCK_INFO = b"\x01\x00\x02\xff\xff\xff\xff\x00"
"""Field 1, is_overflows = 0; field 2, bucket_num = -1; end."""

_BARE_DATE_TIME = b"\x08DateTime"


def blocks(
    chunks: Iterable[bytes], revision: int, describe: Callable[[], Mapping[bytes, bytes]]
) -> Iterator[bytes]:
    """`chunks` of one block each as revision `revision` has them.

    `describe` gives the full type of each column that is a DateTime with a time zone; it is asked
    only if a block seems to hold one.
    """
    zones: Mapping[bytes, bytes] | None = None
    for chunk in chunks:
        if revision >= FIRST_REVISION_WITH_TIME_ZONES and _BARE_DATE_TIME in chunk:
            zones = describe() if zones is None else zones
            yield BLOCK_INFO + with_time_zones(chunk, zones)
        else:
            yield BLOCK_INFO + chunk


def with_time_zones(block: bytes, types: Mapping[bytes, bytes]) -> bytes:
    """`block` with the types in `types` (by column name) in place of bare `DateTime`.

    Column data cannot be skipped without knowing every type's encoding, so the header of a column
    is found by its bytes. If they occur twice (a duplicate name, or a string that holds them), the
    block stays as it is: still valid, only without this time zone.
    """
    for name, full_type in types.items():
        header = _text(name) + _BARE_DATE_TIME
        if block.count(header) == 1:
            block = block.replace(header, _text(name) + _text(full_type))
    return block


def zoned_types(description: bytes) -> dict[bytes, bytes]:
    """Column name to type for the `DateTime('…')` columns of a DESCRIBE in JSONCompactEachRow."""
    rows = (json.loads(line) for line in description.splitlines())
    return {row[0].encode(): row[1].encode() for row in rows if row[1].startswith("DateTime(")}


def _text(value: bytes) -> bytes:
    """A string as Native writes it: its length as a variable-length integer, then its bytes."""
    length, prefix = len(value), bytearray()
    while length > 0x7F:
        prefix.append(length & 0x7F | 0x80)
        length >>= 7
    prefix.append(length)
    return bytes(prefix) + value
