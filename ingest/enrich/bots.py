"""How likely a user agent is a machine's: 0 (human) to 100 (says so itself)."""

import re
from functools import cache

from crawlerdetect import CrawlerDetect  # type: ignore[import-untyped]

BOT_THRESHOLD = 70  # from here on events are flagged

DECLARED = 100
AUTOMATED = 90  # a browser driven by a program
NOT_A_BROWSER = 50  # an app, or a program that says nothing of itself

_AUTOMATION = re.compile(
    r"Headless|PhantomJS|Selenium|Puppeteer|Playwright|Cypress|Electron-Bot", re.I
)
_BROWSERS = ("Mozilla/", "Opera/")
# Apps call themselves by name and by the library of their system.
_APP = re.compile(r"^[\w .-]+/[\w.-]+ .*(?:CFNetwork|Darwin|Android|iOS|okhttp)", re.I)


def bot_score(user_agent: str) -> int:
    if not user_agent:
        return 0
    if _AUTOMATION.search(user_agent):
        return AUTOMATED
    if user_agent.startswith("Mozilla/") or not _APP.match(user_agent):
        if _detector().isCrawler(user_agent):
            return DECLARED
        return 0 if is_browser(user_agent) else NOT_A_BROWSER
    return 0


def is_browser(user_agent: str) -> bool:
    """Whether it is the form that all browsers use, crawlers that run pages in one included."""
    return user_agent.startswith(_BROWSERS)


@cache
def _detector() -> CrawlerDetect:
    return CrawlerDetect()
