"""Moves what has a column out of an event's context; the rest stays context.

Context is written by libraries, not by people: a value of the wrong type is left where it is and
never costs the event.
"""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple, TypeGuard

import msgspec

from ingest.enrich import referrers, sources
from ingest.enrich.bots import AUTOMATED, BOT_THRESHOLD, is_browser
from ingest.enrich.channels import channel
from ingest.enrich.locations import location_of
from ingest.enrich.user_agents import describe
from ingest.rows import DeviceRow, PageRow

Object = dict[str, Any]

MAX_PIXELS = 65_535
_PAGE = ("url", "path", "title", "referrer")
_CAMPAIGN = ("source", "medium", "name", "term", "content")
_UTM = tuple(f"utm_{name}" for name in ("source", "medium", "campaign", "term", "content"))
_SERVER_LIBRARIES = frozenset(
    (
        *("python", "node", "nodejs", "ruby", "php", "java", "go"),
        *("golang", "net", "dotnet", "elixir", "rust", "rs", "server"),
    )
)
"""Words in the names of libraries: `analytics-python`, `Analytics.NET`, `posthog-node`."""
_WORD = re.compile("[a-z]+")
_DEVICE_KINDS = frozenset({"desktop", "mobile", "tablet", "tv", "wearable", "console"})
_MOBILE_SYSTEMS = {"ios": "ios", "ipados": "ios", "android": "android"}


class Sender(msgspec.Struct, frozen=True, gc=False):
    """What the request tells of the client: used where the event says nothing."""

    address: str = ""
    user_agent: str = ""


class Campaign(NamedTuple):
    source: str = ""
    medium: str = ""
    campaign: str = ""
    term: str = ""
    content: str = ""


def take_page(stated: Object | None, page: Object | None) -> PageRow:
    """The columns of `context.page`, taken out of it; without one those that the properties `page`
    of a page or screen event say.
    """
    row = PageRow()
    if stated is not None:
        for key in _PAGE:
            setattr(row, key, _text(stated, key))
    elif page:
        for key in _PAGE:
            value = page.get(key)
            if isinstance(value, str):
                setattr(row, key, value)
    return row


def trace_visit(row: PageRow, campaign: Campaign | None) -> None:
    """Add where the visitor came from: by `campaign`, else by the URL and the referrer."""
    address = referrers.parse(row.url) if row.url else referrers.NO_URL
    if row.url and not row.path:
        row.path = address.path or "/"
    if campaign is None and "?" in row.url:
        campaign = _campaign_of(referrers.parameters(address.query))
    if campaign is not None:
        (row.utm_source, row.utm_medium, row.utm_campaign, row.utm_term, row.utm_content) = campaign
    if row.url or row.referrer or row.utm_source or row.utm_medium:
        row.referrer_domain = referrers.referrer_domain(row.referrer, address.host)
        row.channel = channel(row.utm_source, row.utm_medium, row.utm_campaign, row.referrer_domain)


def take_campaign(context: Object) -> Campaign | None:
    stated = context.get("campaign")
    if not isinstance(stated, dict) or not stated:
        return None
    campaign = Campaign(*[_text(stated, name) for name in _CAMPAIGN])
    _drop_empty(context, "campaign")
    return campaign


def take_device(context: Object, sender: Sender, *, is_page: bool, keep_ip: bool) -> DeviceRow:
    """The columns that do not depend on which page it was. What is left stays in `context`.

    `is_page`: the event has a URL, so it happened in a browser.
    """
    row = DeviceRow()
    _take_agent(row, context, sender, is_page)
    _take_software(row, context)
    _take_location(row, context, sender, keep_ip)
    row.platform = _text(context, "platform") or _platform(row, context, is_page)
    return row


def describes_page(values: Object) -> bool:
    return any(isinstance(values.get(key), str) for key in _PAGE)


def own_copy(context: Object) -> Object:
    """A copy to take from: columns are taken out of the context and the objects right in it."""
    return {
        key: value.copy() if isinstance(value, dict) else value for key, value in context.items()
    }


def _campaign_of(parameters: Mapping[str, str]) -> Campaign | None:
    """What the parameters of a URL say, click ids included."""
    if not parameters:
        return None
    campaign = Campaign(*[parameters.get(name, "") for name in _UTM])
    if not campaign.source and not campaign.medium:
        for name, source in sources.CLICK_IDS.items():
            if name in parameters:
                return campaign._replace(source=source, medium="cpc")
    return campaign


def _take_agent(row: DeviceRow, context: Object, sender: Sender, is_page: bool) -> None:
    agent = _text(context, "user_agent") or _text(context, "userAgent")
    if not agent and is_page and _is_of_page(context, sender):
        agent = sender.user_agent  # a page sends its own events, a program those of others
    if agent:
        row.user_agent = agent
        (
            row.browser,
            row.browser_version,
            row.os,
            row.os_version,
            row.device_type,
            row.bot_score,
        ) = describe(agent)
    else:
        row.device_type = _kind_of_device(context)
    if context.get("webdriver") is True:
        row.bot_score = max(row.bot_score, AUTOMATED)
    row.is_bot = row.bot_score >= BOT_THRESHOLD


def _is_of_page(context: Object, sender: Sender) -> bool:
    return is_browser(sender.user_agent) and not _is_of_server(_library(context))


def _kind_of_device(context: Object) -> str:
    """What the library says of it, if that is one of the kinds that user agents tell apart."""
    device = context.get("device")
    kind = device.get("type") if isinstance(device, dict) else None
    return kind.lower() if isinstance(kind, str) and kind.lower() in _DEVICE_KINDS else ""


def _take_software(row: DeviceRow, context: Object) -> None:
    row.locale = _text(context, "locale")
    for key, name, version in (
        ("os", "os", "os_version"),
        ("browser", "browser", "browser_version"),
        ("library", "library", "library_version"),
        ("app", "", "app_version"),
    ):
        described = context.get(key)
        if isinstance(described, dict):
            # An app keeps its name in the context.
            _set(row, name, _text(described, "name") if name else "")
            _set(row, version, _text(described, "version"))
            _drop_empty(context, key)
    screen = context.get("screen")
    if isinstance(screen, dict):
        row.screen_width = _pixels(screen, "width")
        row.screen_height = _pixels(screen, "height")
        _drop_empty(context, "screen")


def _take_location(row: DeviceRow, context: Object, sender: Sender, keep_ip: bool) -> None:
    location = context.get("location")
    if isinstance(location, dict):
        stated = location.get("country")
        if _is_country_code(stated):
            row.country = stated.upper()
            del location["country"]
        row.region = _text(location, "region")
        row.city = _text(location, "city")
        _drop_empty(context, "location")
    stated_address = _text(context, "ip")
    address = stated_address or sender.address
    is_elsewhere = context.get("geoip_disable") is True  # as servers say that send for others
    if is_elsewhere:
        del context["geoip_disable"]
    located = stated_address if is_elsewhere else address
    if located and not (row.country and row.city):
        _locate(row, located)
    if keep_ip:
        row.ip = address


def _locate(row: DeviceRow, address: str) -> None:
    """Add where the address is to what the event states, unless that is somewhere else."""
    found = location_of(address)
    if row.country in ("", found.country):
        row.country = found.country
        if not row.city and row.region in ("", found.region):
            row.region, row.city = found.region, found.city


def _is_country_code(stated: object) -> TypeGuard[str]:
    # "ßß" is two letters as well, and "SSSS" in upper case.
    return isinstance(stated, str) and len(stated) == 2 and stated.isascii() and stated.isalpha()


def _platform(row: DeviceRow, context: Object, is_page: bool) -> str:
    if is_page:
        return "web"
    mobile = _MOBILE_SYSTEMS.get(row.os.lower(), "")
    device = context.get("device")
    kind = device.get("type") if isinstance(device, dict) else None
    if isinstance(kind, str) and kind.lower() in _MOBILE_SYSTEMS:
        return _MOBILE_SYSTEMS[kind.lower()]
    if mobile:
        return mobile
    return "server" if _is_of_server(row.library) else ""


def _library(context: Object) -> str:
    described = context.get("library")
    name = described.get("name") if isinstance(described, dict) else None
    return name if isinstance(name, str) else ""


def _is_of_server(library: str) -> bool:
    return not _SERVER_LIBRARIES.isdisjoint(_WORD.findall(library.lower()))


def _text(values: Object, key: str) -> str:
    """Take a text out; '' if there is none."""
    value = values.get(key)
    if not isinstance(value, str):
        return ""
    del values[key]
    return value


def _set(row: DeviceRow, name: str, value: str) -> None:
    if value:
        setattr(row, name, value)


def _pixels(screen: Object, key: str) -> int:
    value = screen.get(key)
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or not 0 <= value <= MAX_PIXELS
    ):
        return 0
    del screen[key]
    return int(value)


def _drop_empty(context: Object, key: str) -> None:
    if not context[key]:
        del context[key]
