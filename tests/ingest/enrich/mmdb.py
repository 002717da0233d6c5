"""A writer of small MMDB files: https://maxmind.github.io/MaxMind-DB/ says what they hold."""

import struct
from ipaddress import IPv4Network, ip_network
from pathlib import Path
from typing import Any

MARKER = b"\xab\xcd\xefMaxMind.com"
SEPARATOR = bytes(16)
TEXT, DOUBLE, UINT16, UINT32, MAP, UINT64, ARRAY = 2, 3, 5, 6, 7, 9, 11

Tree = dict[int, Any]  # by bit: another tree, or the offset of a record


def write(path: Path, networks: dict[str, Any]) -> Path:
    """Records by network; IPv4 stands below ::/96, as in MaxMind's own files."""
    tree: Tree = {}
    data = b""
    for network, record in networks.items():
        _insert(tree, _bits(network), len(data))
        data += _encode(record)
    nodes = _numbered(tree)
    search = b"".join(_node(node, nodes) for node in nodes)
    metadata = _encode(
        {
            "node_count": (UINT32, len(nodes)),
            "record_size": (UINT16, 24),
            "ip_version": (UINT16, 6),
            "database_type": "Test-City",
            "languages": ["en"],
            "binary_format_major_version": (UINT16, 2),
            "binary_format_minor_version": (UINT16, 0),
            "build_epoch": (UINT64, 1_741_168_800),
            "description": {"en": "for tests"},
        }
    )
    path.write_bytes(search + SEPARATOR + data + MARKER + metadata)
    return path


def city(country: str, region: str, name: str) -> dict[str, Any]:
    """A record as GeoLite2 City has it."""
    return {
        "city": {"names": {"en": name, "de": "anders"}},
        "country": {"iso_code": country},
        "location": {"latitude": 50.9, "longitude": 6.9},
        "subdivisions": [{"iso_code": "X", "names": {"en": region}}],
    }


def _bits(network: str) -> str:
    parsed = ip_network(network)
    if isinstance(parsed, IPv4Network):
        return "0" * 96 + f"{int(parsed.network_address):032b}"[: parsed.prefixlen]
    return f"{int(parsed.network_address):0128b}"[: parsed.prefixlen]


def _insert(tree: Tree, bits: str, offset: int) -> None:
    for bit in bits[:-1]:
        tree = tree.setdefault(int(bit), {})
    tree[int(bits[-1])] = offset


def _numbered(tree: Tree) -> list[Tree]:
    nodes = [tree]
    for node in nodes:
        nodes.extend(child for child in node.values() if isinstance(child, dict))
    return nodes


def _node(node: Tree, nodes: list[Tree]) -> bytes:
    return b"".join(_pointer(node.get(bit), nodes).to_bytes(3) for bit in (0, 1))


def _pointer(child: Tree | int | None, nodes: list[Tree]) -> int:
    if child is None:
        return len(nodes)
    if isinstance(child, int):
        return len(nodes) + len(SEPARATOR) + child
    return next(number for number, node in enumerate(nodes) if node is child)


def _encode(value: Any) -> bytes:
    match value:
        case str():
            return _control(TEXT, len(value.encode())) + value.encode()
        case float():
            return _control(DOUBLE, 8) + struct.pack(">d", value)
        case (int(kind), int(number)):
            content = number.to_bytes((number.bit_length() + 7) // 8)
            return _control(kind, len(content)) + content
        case list():
            return _control(ARRAY, len(value)) + b"".join(map(_encode, value))
        case dict():
            members = (_encode(name) + _encode(member) for name, member in value.items())
            return _control(MAP, len(value)) + b"".join(members)
    raise TypeError(value)


def _control(kind: int, size: int) -> bytes:
    """Kind and size; none of ours needs more than 28."""
    assert size < 29
    return bytes([kind << 5 | size]) if kind < 8 else bytes([size, kind - 7])
