"""Country of an address, from the registries' data inside the iptocc package; no network.

It says where a range of addresses is registered. 0.1 µs, and 17 MB of a library that all workers
share, so nothing is cached.
"""

from iptocc import country_code

MAX_LENGTH = 45  # of an IPv6 address with an IPv4 part
IPV4_IN_IPV6 = "::ffff:"


def country_of(address: str) -> str:
    """ISO 3166-1 alpha-2, '' for private, unknown and malformed addresses."""
    if len(address) > MAX_LENGTH:
        return ""
    return country_code(address.removeprefix(IPV4_IN_IPV6)) or ""
