"""Spoken names of countries, for the two-letter codes that events carry."""

from functools import cache

from babel import Locale

# Names in daily use that the CLDR territory list does not hold.
_COMMON = {
    "US": ("USA", "U.S.", "America", "the States"),
    "GB": ("UK", "U.K.", "Britain", "Great Britain"),
    "AE": ("UAE", "Emirates"),
    "NL": ("Holland", "the Netherlands"),
    "CZ": ("Czech Republic",),
    "IE": ("Eire",),
    "KR": ("Korea",),
    "TR": ("Turkey",),
}


@cache
def _territories() -> dict[str, str]:
    territories = Locale("en").territories
    return {code: name for code, name in territories.items() if len(code) == 2}


def spoken_names(code: str) -> tuple[str, ...]:
    """Names of a country: GB → United Kingdom, UK, Britain; an unknown code only has itself."""
    name = _territories().get(code)
    return (code, *((name,) if name else ()), *_COMMON.get(code, ()))


def country_name(code: str) -> str:
    """English name of a code, or the code."""
    return _territories().get(code, code)
