"""Country of an address, from the database inside the geoip2fast package; no network."""

from functools import cache, lru_cache

from geoip2fast import GeoIP2Fast  # type: ignore[import-untyped]

CACHED_ADDRESSES = 50_000
_DATABASE = "geoip2fast-ipv6.dat.gz"  # IPv4 and IPv6; 25 MB in memory


MAX_LENGTH = 45  # of an IPv6 address with an IPv4 part


def country_of(address: str) -> str:
    """ISO 3166-1 alpha-2, '' for private, unknown and malformed addresses. 3 µs uncached."""
    return _country_of(address) if len(address) <= MAX_LENGTH else ""


@lru_cache(maxsize=CACHED_ADDRESSES)
def _country_of(address: str) -> str:
    code = str(_database().lookup(address).country_code)
    return code if len(code) == 2 and code.isalpha() else ""


@cache
def _database() -> GeoIP2Fast:
    return GeoIP2Fast(geoip2fast_data_file=_DATABASE)
