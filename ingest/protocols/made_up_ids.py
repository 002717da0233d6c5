"""Ids that libraries of browsers and apps make up for people who are not known."""

import re

# UUIDs, and of older web versions of PostHog and Mixpanel five hexadecimal numbers, such as
# 162a9bea91d1cb-01213631147e12-3f636c4c-1aeaa0-162a9bea91e8cf.
_MADE_UP = re.compile(
    r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
    r"|[0-9a-f]{13,15}-[0-9a-f]{12,16}-[0-9a-f]{6,8}-[0-9a-f]{4,8}-[0-9a-f]{13,16}",
    re.IGNORECASE,
)


def is_made_up(identifier: str) -> bool:
    return _MADE_UP.fullmatch(identifier) is not None
