"""Host names of pages and of what referred to them."""

from functools import lru_cache
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

import tldextract

CACHED_URLS = 50_000
MAX_PARAMETERS = 100

# The snapshot of the public suffix list inside the package; never the network.
_extract = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


class Url(NamedTuple):
    host: str = ""
    path: str = ""
    query: str = ""


@lru_cache(maxsize=CACHED_URLS)
def parse(url: str) -> Url:
    """Host (lower case, no `www.`), path and query; all empty when it is not a URL."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:  # an unclosed IPv6 bracket
        return Url()
    return Url(host, parts.path, parts.query)


def parameters(query: str) -> dict[str, str]:
    """Query parameters by lower-case name; the first of a repeated one."""
    try:
        pairs = parse_qsl(query, max_num_fields=MAX_PARAMETERS)
    except ValueError:
        return {}
    return {name.lower(): value for name, value in reversed(pairs)}


@lru_cache(maxsize=CACHED_URLS)
def site(host: str) -> str:
    """The registrable domain: `blog.example.co.uk` is of `example.co.uk`."""
    return _extract(host).top_domain_under_public_suffix or host


def referrer_domain(referrer: str, page_host: str) -> str:
    """Host of the referrer; '' when there is none or it is the same site."""
    host = parse(referrer).host if referrer else ""
    return "" if host and page_host and site(host) == site(page_host) else host
