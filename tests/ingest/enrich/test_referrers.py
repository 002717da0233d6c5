"""URLs of any form have the host, path and query that the standard library finds."""

from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ingest.enrich.referrers import Url, parse

schemes = st.sampled_from(["http://", "https://", "HTTPS://", "//", "ftp://", "mailto:", ""])
hosts = st.sampled_from(
    ["example.com", "WWW.Example.COM", "user:pw@example.com", "[::1]", "[bad", "münchen.de", ""]
)
ports = st.sampled_from(["", ":", ":80", ":99999", ":x"])
rests = st.text(st.sampled_from("/?#&=%aé \\\t\n;@:[]"), max_size=12)


@given(st.builds("{}{}{}{}".format, schemes, hosts, ports, rests))
@example("https://example.com/a?b=c#d")
@example("https://example.com?b#c?d")
@example("https://example.com#c?d")
def test_any_url_is_taken_apart_as_the_standard_library_does(url: str) -> None:
    try:
        parts = urlsplit(url)
        expected = Url((parts.hostname or "").removeprefix("www."), parts.path, parts.query)
    except ValueError:
        expected = Url()
    assert parse(url) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://WWW.Example.com:8080/a/b?c=d#e", Url("example.com", "/a/b", "c=d")),
        ("http://example.com", Url("example.com", "", "")),
        ("android-app://com.google.android.gm/", Url("com.google.android.gm", "/", "")),
        ("not a url", Url("", "not a url", "")),
    ],
)
def test_urls(url: str, expected: Url) -> None:
    assert parse(url) == expected
