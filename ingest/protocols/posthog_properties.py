"""PostHog's `$…` properties in the places of our context and traits, live and in exports.

They are taken out of the properties; all others, and values of another type than expected, stay
there under the names that they were sent with.
"""

from ingest.protocols.context_places import Table
from ingest.protocols.event import Object

SET, SET_ONCE = "$set", "$set_once"

PLACES: Table = (
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
    ("$device_name", "device", "name"),
    ("$device_manufacturer", "device", "manufacturer"),
    ("$device_model", "device", "model"),
    ("$network_carrier", "network", "carrier"),
    ("$screen_width", "screen", "width"),
    ("$screen_height", "screen", "height"),
    ("$geoip_country_code", "location", "country"),
    ("$geoip_subdivision_1_name", "location", "region"),
    ("$geoip_city_name", "location", "city"),
    ("$geoip_latitude", "location", "latitude"),
    ("$geoip_longitude", "location", "longitude"),
    ("$geoip_disable", "", "geoip_disable"),
    ("$raw_user_agent", "", "user_agent"),
    ("$locale", "", "locale"),
    ("$browser_language", "", "locale"),
    ("$timezone", "", "timezone"),
    ("$ip", "", "ip"),
    ("$groups", "", "groups"),
)
# The browser library sends the title of a page view without a `$`; elsewhere it is a property.
PLACES_OF_PAGE = (*PLACES, ("title", "page", "title"))


def take_traits(properties: Object, always: Object | None, once: Object | None) -> Object | None:
    """Traits of `$set`, with what is only to be set once apart, under `$set_once`.

    `always` and `once` are those beside the properties, where server libraries put them.
    """
    always = _merged(properties, SET, always)
    once = _merged(properties, SET_ONCE, once)
    return {**(always or {}), SET_ONCE: once} if once else always


def _merged(properties: Object, name: str, beside: Object | None) -> Object | None:
    if not isinstance(properties.get(name), dict):
        return beside
    inner: Object = properties.pop(name)
    return inner | beside if beside else inner
