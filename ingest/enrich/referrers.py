"""Host names of pages and of what referred to them."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

from publicsuffixlist import PublicSuffixList

# Some 15 MB each when full; longer texts are not kept, or a client could fill the memory.
CACHED_TEXTS = 20_000
MAX_CACHED_LENGTH = 500
MAX_PARAMETERS = 100

# The registries' part of the list that the package holds; never the network. 4 MB.
_suffixes = PublicSuffixList(accept_unknown=False, only_icann=True)
# What nearly every URL looks like; 1 µs, where urlsplit takes 8.
_USUAL_URL = re.compile(
    r"https?://([A-Za-z0-9.-]+)(?::[0-9]{1,5})?(/[^?#\s\\]*)?(?:\?([^#\s]*))?(?:#\S*)?"
)


class Url(NamedTuple):
    host: str = ""
    path: str = ""
    query: str = ""


NO_URL = Url()


def parse(url: str) -> Url:
    """Host (lower case, no `www.`), path and query; all empty when it is not a URL."""
    if usual := _USUAL_URL.fullmatch(url):
        host, path, query = usual.groups("")
        return Url(host.lower().removeprefix("www."), path, query)
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:  # an unclosed IPv6 bracket
        return NO_URL
    return Url(host, parts.path, parts.query)


def parameters(query: str) -> Mapping[str, str]:
    """Query parameters by lower-case name; the first of a repeated one."""
    return _cached_parameters(query) if len(query) <= MAX_CACHED_LENGTH else _parameters(query)


def site(host: str) -> str:
    """The registrable domain: `blog.example.co.uk` is of `example.co.uk`."""
    return _site(host[:MAX_CACHED_LENGTH])


def referrer_domain(referrer: str, page_host: str) -> str:
    """Host of the referrer; '' when there is none or it is the same site."""
    find = _cached_host if len(referrer) <= MAX_CACHED_LENGTH else _host
    host = find(referrer)
    return "" if host and page_host and site(host) == site(page_host) else host


def _parameters(query: str) -> Mapping[str, str]:
    try:
        pairs = parse_qsl(query, max_num_fields=MAX_PARAMETERS)
    except ValueError:
        return {}
    return {name.lower(): value for name, value in reversed(pairs)}


def _host(url: str) -> str:
    return parse(url).host


_cached_host = lru_cache(maxsize=CACHED_TEXTS)(_host)
_cached_parameters = lru_cache(maxsize=CACHED_TEXTS)(_parameters)


@lru_cache(maxsize=CACHED_TEXTS)
def _site(host: str) -> str:
    return _suffixes.privatesuffix(host) or host
