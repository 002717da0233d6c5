"""Context moves into columns; what has none stays, and nothing odd in it costs the event."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.enrich import columns, user_agents
from ingest.enrich.context import Sender
from ingest.enrich.user_agents import describe
from ingest.project import Project
from tests.ingest.protocols.arrivals import (
    PROJECT,
    Stored,
    batch,
    event,
    process,
    raw_batch,
    segment_protocol,
)

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0"
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/120.0.0.0 Safari/537.36"
)


def row_of(
    context: dict[str, Any],
    project: Project = PROJECT,
    sender: Sender = Sender(),  # noqa: B008 - immutable
    **fields: Any,
) -> Stored:
    prepared = process(batch(event(context=context, **fields)), project=project, sender=sender)
    assert prepared.rejected == []
    return prepared.rows[0]


def test_utm_parameters_come_from_the_campaign_or_else_the_url() -> None:
    url = "https://example.com/?utm_source=a&utm_medium=b&utm_campaign=c&utm_term=d&utm_content=e"
    by_url = row_of({"page": {"url": url}})
    campaign = {"source": "x", "medium": "y", "name": "z", "term": "t", "content": "u"}
    by_campaign = row_of({"page": {"url": url}, "campaign": campaign})
    columns = ["utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content"]
    assert [getattr(by_url, column) for column in columns] == ["a", "b", "c", "d", "e"]
    assert [getattr(by_campaign, column) for column in columns] == ["x", "y", "z", "t", "u"]


def test_a_click_id_stands_for_a_paid_campaign() -> None:
    row = row_of({"page": {"url": "https://example.com/?gclid=abc"}})
    assert (row.utm_source, row.utm_medium, row.channel) == ("google", "cpc", "Paid Search")


@pytest.mark.parametrize(
    ("referrer", "domain"),
    [
        ("https://www.google.com/search?q=x", "google.com"),
        ("https://blog.example.co.uk/", ""),  # the same site as the page
        ("https://example.co.uk:8080/", ""),
        ("android-app://com.google.android.gm/", "com.google.android.gm"),
        ("not a url", ""),
        ("http://[broken", ""),
        ("", ""),
    ],
)
def test_the_referrer_s_domain(referrer: str, domain: str) -> None:
    page = {"url": "https://www.example.co.uk/a", "referrer": referrer}
    assert row_of({"page": page}).referrer_domain == domain


def test_events_without_a_page_have_no_channel() -> None:
    assert row_of({"library": {"name": "python"}}).channel == ""
    assert row_of({"page": {"url": "https://example.com/"}}).channel == "Direct"


@pytest.mark.parametrize(
    ("agent", "device", "score"),
    [
        (CHROME, "desktop", 0),
        ("Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Mobile Safari", "mobile", 0),
        (
            "Mozilla/5.0 (iPad; CPU OS 17_0 like Mac OS X) AppleWebKit/605 Mobile/15E148",
            "tablet",
            0,
        ),
        ("Mozilla/5.0 (Linux; Android 13; SM-X700) AppleWebKit/537.36 Safari", "tablet", 0),
        ("Mozilla/5.0 (SMART-TV; Linux; Tizen 7.0) AppleWebKit/537.36", "tv", 0),
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "bot", 100),
        (CHROME.replace("Chrome/", "HeadlessChrome/"), "bot", 90),
        ("python-requests/2.32", "bot", 100),
        ("curl/8.5.0", "bot", 100),
        ("Shop/3.1 CFNetwork/1494 Darwin/23.4.0", "", 0),
    ],
)
def test_devices_and_bots(agent: str, device: str, score: int) -> None:
    row = row_of({"user_agent": agent})
    assert (row.device_type, row.bot_score, row.is_bot) == (device, score, score >= 70)


def test_of_a_long_agent_the_beginning_is_parsed_and_all_is_stored() -> None:
    within, beyond = CHROME.ljust(245) + " Googlebot/", CHROME.ljust(249) + " Googlebot/"
    assert (len(within), len(beyond)) == (256, 260)
    assert [row_of({"user_agent": agent}).bot_score for agent in (within, beyond)] == [100, 0]
    assert row_of({"user_agent": beyond * 10}).user_agent == beyond * 10


def test_agents_that_begin_alike_are_parsed_once() -> None:
    describe(CHROME.ljust(256, "x"))
    before = user_agents._describe.cache_info().misses
    assert describe(CHROME.ljust(1_000, "x")).browser == "Chrome"
    assert user_agents._describe.cache_info().misses == before


def test_webdriver_is_a_bot_s_sign() -> None:
    row = row_of({"user_agent": CHROME, "webdriver": True})
    assert (row.is_bot, row.bot_score) == (True, 90)


def test_the_request_s_own_agent_counts_only_for_pages() -> None:
    sender = Sender("", CHROME)
    assert row_of({"page": {"url": "https://example.com/"}}, sender=sender).browser == "Chrome"
    assert row_of({}, sender=sender).browser == ""


def test_a_server_that_tells_of_a_page_is_no_bot() -> None:
    context = {"page": {"url": "https://example.com/"}, "library": {"name": "posthog-node"}}
    row = row_of(context, sender=Sender("", "axios/1.6.2"))
    assert (row.user_agent, row.browser, row.is_bot, row.platform) == ("", "", False, "web")
    stated = row_of({**context, "user_agent": CHROME}, sender=Sender("", "axios/1.6.2"))
    assert (stated.browser, stated.is_bot) == ("Chrome", False)


@pytest.mark.parametrize("agent", ["python-requests/2.32", "curl/8.5.0", "okhttp/4.12.0", "node"])
def test_the_agent_of_a_program_that_sends_page_views_of_others_is_not_theirs(agent: str) -> None:
    row = row_of({"page": {"url": "https://example.com/"}}, sender=Sender("", agent))
    assert (row.user_agent, row.browser, row.device_type, row.is_bot) == ("", "", "", False)


def test_a_crawler_that_runs_pages_in_a_browser_is_one_by_its_request() -> None:
    page = {"page": {"url": "https://example.com/"}}
    headless = CHROME.replace("Chrome/", "HeadlessChrome/")
    agents = ("Mozilla/5.0 (compatible; Googlebot/2.1)", headless)
    assert [row_of(page, sender=Sender("", agent)).bot_score for agent in agents] == [100, 90]


@pytest.mark.parametrize(
    ("context", "address", "country"),
    [
        ({"location": {"country": "de"}, "ip": "8.8.8.8"}, "8.8.8.8", "DE"),
        ({"location": {"country": "Germany"}, "ip": "8.8.8.8"}, "", "US"),
        ({"location": {"country": "ßß"}, "ip": "8.8.8.8"}, "", "US"),  # SSSS in upper case
        ({"ip": "2a00:1450:4001::1"}, "8.8.8.8", "IE"),
        ({}, "8.8.8.8", "US"),
        ({}, "127.0.0.1", ""),
        ({"ip": "nonsense"}, "", ""),
        ({"geoip_disable": True}, "8.8.8.8", ""),
        ({"geoip_disable": True, "location": {"country": "de"}}, "8.8.8.8", "DE"),
        ({"geoip_disable": True, "ip": "2a00:1450:4001::1"}, "8.8.8.8", "IE"),
        ({"geoip_disable": "yes"}, "8.8.8.8", "US"),
    ],
)
def test_country(context: dict[str, Any], address: str, country: str) -> None:
    row = row_of(context, sender=Sender(address))
    assert (row.country, row.ip) == (country, "")
    assert "8.8.8.8" not in row.line.decode()


def test_the_address_is_kept_only_if_the_project_says_so() -> None:
    keeping = Project("p1", keep_ip=True)
    assert row_of({"ip": "8.8.8.8"}, project=keeping).ip == "8.8.8.8"
    assert row_of({}, project=keeping, sender=Sender("192.0.2.1")).ip == "192.0.2.1"
    assert row_of({"geoip_disable": True}, sender=Sender("192.0.2.1")).context == {}


@pytest.mark.parametrize(
    ("context", "platform"),
    [
        ({"platform": "kiosk"}, "kiosk"),
        ({"page": {"url": "https://example.com/"}}, "web"),
        ({"device": {"type": "ios"}}, "ios"),
        ({"os": {"name": "Android", "version": "14"}}, "android"),
        ({"library": {"name": "analytics-node"}}, "server"),
        ({"library": {"name": "Analytics.NET"}}, "server"),
        ({"library": {"name": "RudderLabs JavaScript SDK"}}, ""),
        ({"library": {"name": "google-tag"}}, ""),
        ({}, ""),
    ],
)
def test_platform(context: dict[str, Any], platform: str) -> None:
    assert row_of(context).platform == platform


def test_what_has_no_column_stays_in_the_context() -> None:
    row = row_of(
        {
            "page": {"url": "https://example.com/", "search": "?q"},
            "app": {"name": "shop", "version": "2", "build": "77"},
            "timezone": "Europe/Berlin",
        }
    )
    assert row.app_version == "2"
    assert row.context == {
        "page": {"search": "?q"},
        "app": {"name": "shop", "build": "77"},
        "timezone": "Europe/Berlin",
    }


CONSUMED = {
    *("page", "campaign", "screen", "os", "app", "library", "location", "device", "ip"),
    *("user_agent", "locale", "platform", "browser", "webdriver"),
}
odd: st.SearchStrategy[object] = (
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.just([]) | st.just({})
)


contexts = st.dictionaries(
    st.sampled_from(sorted(CONSUMED)),
    odd
    | st.dictionaries(
        st.sampled_from(["url", "path", "referrer", "name", "version", "width", "country"]),
        odd,
    ),
)


@settings(deadline=None, max_examples=200)
@given(contexts)
def test_any_context_is_taken(context: dict[str, Any]) -> None:
    row_of(context)


@settings(deadline=None, max_examples=200)
@given(contexts)
def test_any_context_of_a_batch_is_that_of_all_its_events(context: dict[str, Any]) -> None:
    message = {"type": "track", "event": "e", "userId": "u", "messageId": "m"}
    body = json.dumps({"batch": [message, message], "context": context}).encode()
    first, second = process(body, segment_protocol()).rows
    assert second.line.replace(b'"_row":1', b'"_row":0') == first.line


@settings(deadline=None, max_examples=200)
@given(contexts, st.none() | contexts)
def test_json_and_an_object_give_the_same_columns(
    context: dict[str, Any], page: dict[str, Any] | None
) -> None:
    sender = Sender("8.8.8.8", CHROME)
    text = json.dumps(context).encode()
    by_json, again = (columns.of_json(text, page, sender, 8, keep_ip=True) for _ in range(2))
    by_object = columns.of_object(context, page, sender, keep_ip=True)
    read = [json.loads(b"{" + each.line_end[1:]) for each in (by_json, again, by_object)]
    assert read[0] == read[1] == read[2]
    assert (by_json.path, by_json.country) == (by_object.path, by_object.country)


def test_two_pages_of_one_device_differ_in_the_page_only() -> None:
    device = {"userAgent": CHROME, "campaign": {"source": "x", "medium": "email"}, "odd": 1}
    pages = [{"url": "https://example.com/a", "search": "?a"}, {"url": "https://example.com/b"}]
    first, second = (row_of({"page": dict(page), **device}) for page in pages)
    assert [(row.path, row.utm_source, row.channel, row.browser) for row in (first, second)] == [
        ("/a", "x", "Email", "Chrome"),
        ("/b", "x", "Email", "Chrome"),
    ]
    assert first.context == {"page": {"search": "?a"}, "odd": 1}
    assert second.context == {"odd": 1}


def test_a_remembered_context_is_that_of_the_request_it_came_with() -> None:
    context = {"page": {"url": "https://example.com/"}}
    by_chrome = row_of(context, sender=Sender("8.8.8.8", CHROME))
    by_another = row_of(context, sender=Sender("", FIREFOX))
    kept = row_of(context, sender=Sender("8.8.8.8", CHROME), project=Project("p1", keep_ip=True))
    assert [(row.browser, row.country, row.ip) for row in (by_chrome, by_another, kept)] == [
        ("Chrome", "US", ""),
        ("Firefox", "", ""),
        ("Chrome", "US", "8.8.8.8"),
    ]


def test_a_context_without_a_page_takes_that_of_its_own_event_each_time() -> None:
    context = {"library": {"name": "web"}}
    properties = [{"url": "https://example.com/a"}, {"path": "/b"}, {}]
    rows = [row_of(context, type="page", properties=each) for each in properties]
    assert [(row.path, row.library) for row in rows] == [("/a", "web"), ("/b", "web"), ("", "web")]


def test_of_two_page_descriptions_the_context_s_counts() -> None:
    context = {"page": {"path": "/context"}}
    assert row_of(context, type="page", properties={"path": "/own"}).path == "/context"


@pytest.mark.parametrize(
    ("context", "field", "code"),
    [
        (b"17", "context", "invalid_type"),
        (b'"text"', "context", "invalid_type"),
        (b'{"a":1e999}', "context", "number_out_of_range"),
        (b'{"a":"\xff"}', "context", "invalid_utf8"),
        (b'{"a":[[[[[[[[1]]]]]]]]}', "context", "too_deep"),
    ],
)
def test_a_context_that_cannot_be_read_costs_its_event_alone(
    context: bytes, field: str, code: str
) -> None:
    good = b'{"event":"e","anonymous_id":"a"}'
    bad = b'{"event":"e","anonymous_id":"a","context":%s}' % context
    prepared = process(raw_batch(good, bad, good))
    assert len(prepared.rows) == 2
    assert [(item.index, item.field, item.code) for item in prepared.rejected] == [(1, field, code)]


def test_a_lone_surrogate_in_a_context_is_replaced_and_recorded() -> None:
    body = raw_batch(rb'{"event":"e","anonymous_id":"a","context":{"locale":"\ud800"}}')
    (row,) = process(body).rows
    assert (row.locale, row.corrections) == (
        "\ufffd",
        ("lone_surrogate_replaced", "event_id_generated"),
    )
