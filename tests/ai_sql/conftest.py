"""A small catalogue and a planner whose today is Sunday 22 November 2026."""

from datetime import date

import pytest

from ai_sql.countries import spoken_names
from ai_sql.dates import Calendar
from ai_sql.lexicon import lexicon_of
from ai_sql.planner import LocalPlanner
from semantic_layer.catalogue import Catalogue, Dimension, DimensionSource, Metric

EVENT_DIMENSIONS = ("path", "event_name", "country", "browser", "channel", "utm_medium")
SESSION_DIMENSIONS = ("country", "browser", "channel", "utm_medium")

METRICS = (
    ("events", "Events", "count", (), EVENT_DIMENSIONS),
    ("page_views", "Page views", "count", ("pageviews", "views"), EVENT_DIMENSIONS),
    ("people", "People", "count", ("users", "visitors"), EVENT_DIMENSIONS),
    ("dau", "Daily active users", "count", ("active users per day",), EVENT_DIMENSIONS),
    ("sessions", "Sessions", "count", ("visits",), SESSION_DIMENSIONS),
    ("bounce_rate", "Bounce rate", "ratio", (), SESSION_DIMENSIONS),
    ("session_length", "Session length", "seconds", (), SESSION_DIMENSIONS),
    ("revenue", "Revenue", "currency", ("sales",), EVENT_DIMENSIONS),
    ("stickiness", "Stickiness", "ratio", (), ()),
)
DIMENSIONS = (
    ("path", "Page", ("url",)),
    ("event_name", "Event", ("event type",)),
    ("country", "Country", ("nation",)),
    ("browser", "Browser", ()),
    ("channel", "Channel", ()),
    ("utm_medium", "Campaign medium", ("medium",)),
)
VALUES = (
    *(("country", code, spoken) for code in ("DE", "FR", "IT") for spoken in spoken_names(code)),
    ("event_name", "order_completed", "order_completed"),
    ("event_name", "signed_up", "signed_up"),
    ("browser", "Chrome", "Chrome"),
    ("channel", "Email", "Email"),
    ("utm_medium", "email", "email"),
)


def _metric(
    name: str, label: str, unit: str, synonyms: tuple[str, ...], dimensions: tuple[str, ...]
) -> Metric:
    return Metric(
        name=name,
        label=label,
        description=label,
        type="simple",
        unit=unit,
        format="",
        synonyms=synonyms,
        home=None,
        sources={each: DimensionSource(each, "String") for each in dimensions},
        is_count=unit == "count",
    )


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    dimensions = {
        name: Dimension(name, label, label, synonyms, "string")
        for name, label, synonyms in DIMENSIONS
    }
    metrics = {each[0]: _metric(*each) for each in METRICS}
    return Catalogue(metrics, dimensions, {}, "a hash", "")


@pytest.fixture(scope="session")
def planner(catalogue: Catalogue) -> LocalPlanner:
    calendar = Calendar(date(2026, 11, 22), 1, date(2010, 12, 1), date(2026, 11, 22))
    return LocalPlanner(catalogue, lexicon_of(catalogue, VALUES), calendar)
