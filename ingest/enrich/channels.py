"""GA4's default channel groups, from campaign parameters and the referrer.

The rules and their order are those of "Default channel group" in Google Analytics' help.
Cross-network needs Google's own data and does not occur.
"""

import re
from functools import lru_cache

from ingest.enrich import sources
from ingest.enrich.referrers import site

CACHED_COMBINATIONS = 20_000
MAX_LENGTH = 1_000  # of all four; more is no campaign, and would fill the cache

_PAID = re.compile(r"^(.*cp.*|ppc|retargeting|paid.*)$")
_SHOPPING_CAMPAIGN = re.compile(r"^(.*(([^a-df-z]|^)shop|shopping).*)$")


def channel(source: str, medium: str, campaign: str, referrer_domain: str) -> str:
    """The channel of one visit. The campaign's source and medium win over the referrer."""
    if len(source) + len(medium) + len(campaign) + len(referrer_domain) > MAX_LENGTH:
        return "Other"
    return _channel(source, medium, campaign, referrer_domain)


@lru_cache(maxsize=CACHED_COMBINATIONS)
def _channel(source: str, medium: str, campaign: str, referrer_domain: str) -> str:
    source, medium, campaign = source.strip().lower(), medium.strip().lower(), campaign.lower()
    origin = source or referrer_domain
    if not origin and not medium and not campaign:
        return "Direct"
    if source in ("direct", "(direct)") and medium in ("", "(none)", "none", "(not set)"):
        return "Direct"
    kind = _kind(origin)
    is_shopping = kind == "Shopping" or bool(_SHOPPING_CAMPAIGN.match(campaign))
    if _PAID.match(medium):
        return _paid(medium, "Shopping" if is_shopping else kind)
    return _unpaid(medium, source, kind, is_shopping, is_tagged=bool(source or medium))


def _paid(medium: str, kind: str) -> str:
    """GA4 calls what is left Paid Other, which is not among our groups."""
    return f"Paid {kind}" if kind else sources.MEDIA.get(medium, "Other")


def _unpaid(medium: str, source: str, kind: str, is_shopping: bool, is_tagged: bool) -> str:
    by_medium = _by_medium(medium)
    if by_medium:
        return by_medium
    if is_shopping:
        return "Organic Shopping"
    if kind == "Social" or medium in sources.SOCIAL_MEDIA:
        return "Organic Social"
    if kind == "Video" or "video" in medium:
        return "Organic Video"
    if kind == "Search" or medium == "organic":
        return "Organic Search"
    return _remaining(medium, source, is_tagged)


def _by_medium(medium: str) -> str:
    if medium.endswith("push") or "mobile" in medium or "notification" in medium:
        return "Push"
    return sources.MEDIA.get(medium, "")


def _remaining(medium: str, source: str, is_tagged: bool) -> str:
    if source in sources.EMAIL:
        return "Email"
    if source == "sms":
        return "SMS"
    if source == "firebase":
        return "Push"
    if medium in sources.REFERRAL_MEDIA or not is_tagged:
        return "Referral"
    return "Other"


@lru_cache(maxsize=CACHED_COMBINATIONS)
def _kind(origin: str) -> str:
    """Search, Social, Video, Shopping or ''."""
    domain = site(origin)
    names = {origin, domain, domain.partition(".")[0]}
    if origin.startswith("shopping."):
        return "Shopping"
    if origin.startswith("mail."):
        return ""
    for kind, sites in (
        ("Video", sources.VIDEO),
        ("Social", sources.SOCIAL),
        ("Shopping", sources.SHOPPING),
        ("Search", sources.SEARCH),
    ):
        if names & sites:
            return kind
    return ""
