"""ISO 3166 codes of countries by their English names."""

from functools import cache

# Names that files use and CLDR does not; None for what is no country.
OTHER_NAMES: dict[str, str | None] = {
    "usa": "US",
    "u.s.a.": "US",
    "united states of america": "US",
    "uk": "GB",
    "great britain": "GB",
    "england": "GB",
    "scotland": "GB",
    "wales": "GB",
    "northern ireland": "GB",
    "eire": "IE",
    "republic of ireland": "IE",
    "rsa": "ZA",
    "czech republic": "CZ",
    "holland": "NL",
    "the netherlands": "NL",
    "turkey": "TR",
    "russian federation": "RU",
    "korea": "KR",
    "republic of korea": "KR",
    "hong kong": "HK",
    "macao": "MO",
    "uae": "AE",
    "ivory coast": "CI",
    "burma": "MM",
    "viet nam": "VN",
}


def country_code(name: str) -> str | None:
    """The two-letter code of a name, or of a code itself; None if it is no country."""
    folded = " ".join(name.split()).casefold()
    if folded in OTHER_NAMES:
        return OTHER_NAMES[folded]
    return _codes().get(folded)


@cache
def _codes() -> dict[str, str]:
    """English names and the codes themselves; Babel reads its data in about 60 ms."""
    from babel import Locale

    countries = {
        code: name
        for code, name in Locale("en").territories.items()
        if len(code) == 2 and code.isalpha() and code not in NOT_COUNTRIES
    }
    codes = {name.casefold().replace(" & ", " and "): code for code, name in countries.items()}
    return codes | {code.casefold(): code for code in countries}


# Codes that CLDR names though ISO 3166 has not assigned them.
NOT_COUNTRIES = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})
