"""PostHog's `$…` properties in the places of our context and traits.

They are taken out of the properties; all others, and values of another type than expected, stay
there under the names that they were sent with.
"""

from typing import Any

from ingest.protocols.event import Object

SET, SET_ONCE = "$set", "$set_once"
NO_REFERRER = "$direct"

# Of several names for one place the first that is there is taken.
_TEXTS = (
    ("$current_url", "page", "url"),
    ("$pathname", "page", "path"),
    ("$title", "page", "title"),
    ("$referrer", "page", "referrer"),
    ("utm_source", "campaign", "source"),
    ("utm_medium", "campaign", "medium"),
    ("utm_campaign", "campaign", "name"),
    ("utm_term", "campaign", "term"),
    ("utm_content", "campaign", "content"),
    ("$lib", "library", "name"),
    ("$lib_version", "library", "version"),
    ("$os", "os", "name"),
    ("$os_name", "os", "name"),
    ("$os_version", "os", "version"),
    ("$browser", "browser", "name"),
    ("$browser_version", "browser", "version"),
    ("$app_name", "app", "name"),
    ("$app_version", "app", "version"),
    ("$app_build", "app", "build"),
    ("$app_namespace", "app", "namespace"),
    ("$device_type", "device", "type"),
    ("$device_manufacturer", "device", "manufacturer"),
    ("$device_model", "device", "model"),
    ("$geoip_country_code", "location", "country"),
)
_TOP_TEXTS = (
    ("$raw_user_agent", "user_agent"),
    ("$locale", "locale"),
    ("$browser_language", "locale"),
    ("$timezone", "timezone"),
    ("$ip", "ip"),
)
_PIXELS = (("$screen_width", "width"), ("$screen_height", "height"))


def take_context(properties: Object, kind: str) -> Object:
    context: dict[str, Any] = {}
    for name, section, member in _TEXTS:
        if name in properties and (text := _text(properties[name])) is not None:
            place = context.setdefault(section, {})
            if member not in place:
                place[member] = text
                del properties[name]
    for name, member in _TOP_TEXTS:
        if isinstance(properties.get(name), str) and member not in context:
            context[member] = properties.pop(name)
    for name, member in _PIXELS:
        if isinstance(properties.get(name), int | float):
            context.setdefault("screen", {})[member] = properties.pop(name)
    if isinstance(properties.get("$groups"), dict):
        context["groups"] = properties.pop("$groups")
    _correct_page(context, properties, kind)
    return context


def take_traits(properties: Object, always: Object | None, once: Object | None) -> Object | None:
    """Traits of `$set`, with what is only to be set once apart, under `$set_once`.

    `always` and `once` are those beside the properties, where server libraries put them.
    """
    always = _merged(properties, SET, always)
    once = _merged(properties, SET_ONCE, once)
    return {**(always or {}), SET_ONCE: once} if once else always


def _correct_page(context: Object, properties: Object, kind: str) -> None:
    """The browser library sends the title of a page view without a `$`."""
    page = context.get("page", {})
    if kind == "page" and "title" not in page and isinstance(properties.get("title"), str):
        context["page"] = page
        page["title"] = properties.pop("title")
    if page.get("referrer") == NO_REFERRER:
        del page["referrer"]


def _merged(properties: Object, name: str, beside: Object | None) -> Object | None:
    if not isinstance(properties.get(name), dict):
        return beside
    inner: Object = properties.pop(name)
    return inner | beside if beside else inner


def _text(value: object) -> str | None:
    """Versions may be numbers."""
    if isinstance(value, str):
        return value or None
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e15:
        return str(value)
    return None
