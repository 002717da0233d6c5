"""Sites by what they are, after GA4's list of sources; names as in `utm_source` or host names.

`sites/*.txt` lists one a line, by the label before its public suffix, so that `google` covers
google.de and news.google.com, or by its full domain where the label alone would be ambiguous.
"""

from pathlib import Path

_SITES = Path(__file__).parent / "sites"


def _read(name: str) -> frozenset[str]:
    return frozenset((_SITES / f"{name}.txt").read_text().splitlines())


SEARCH = _read("search")
SOCIAL = _read("social")
VIDEO = _read("video")
SHOPPING = _read("shopping")
EMAIL = _read("email")

# What each of these values of utm_medium says by itself.
MEDIA = {
    **dict.fromkeys(("display", "banner", "expandable", "interstitial", "cpm"), "Display"),
    **dict.fromkeys(("email", "e-mail", "e_mail", "e mail", "newsletter"), "Email"),
    **dict.fromkeys(("affiliate", "affiliates"), "Affiliates"),
    "audio": "Audio",
    "sms": "SMS",
}
SOCIAL_MEDIA = frozenset(
    {"social", "social-network", "social-media", "sm", "social network", "social media"}
)
REFERRAL_MEDIA = frozenset({"referral", "app", "link"})

# Parameters that advertisers add to links, and the source they stand for.
CLICK_IDS = {
    "gclid": "google",
    "gbraid": "google",
    "wbraid": "google",
    "msclkid": "bing",
    "yclid": "yandex",
    "ttclid": "tiktok",
    "twclid": "twitter",
    "li_fat_id": "linkedin",
    "rdt_cid": "reddit",
    "epik": "pinterest",
    "sccid": "snapchat",
}
