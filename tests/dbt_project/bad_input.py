"""A project whose settings, funnels and events are wrong in every way that a check warns of."""

from datetime import timedelta
from uuid import UUID

from tests.dbt_project.funnels import DAY, HOUR
from tests.dbt_project.reference.events import Event, Project
from tests.dbt_project.reference.funnels import Funnel, Step
from tests.dbt_project.streams import Stream
from tests.dbt_project.warehouse import NOW

WRONG_ZONE = "Mars/Olympus"
FUNNELS = (
    Funnel("one-step", (Step("upgrade"),), HOUR),
    Funnel("never", (Step("checkout_begun"), Step("chekout_done")), DAY),
)


def _event(number: int, name: str, ago: timedelta, **properties: object) -> Event:
    at = int((NOW - ago).timestamp() * 1000)
    return Event(UUID(int=number), name, at, anonymous_id="a1", properties=properties)


def _daily(first: int, name: str, count: int) -> list[Event]:
    """Two a day, the last of them more than a week ago."""
    return [_event(first + n, name, timedelta(days=8, hours=12 * n)) for n in range(count)]


BAD_INPUT = Stream(
    Project("bad-input"),  # what holds in place of the wrong zone is UTC
    [
        *_daily(1000, "checkout_started", 40),  # since then called checkout_begun
        *_daily(2000, "seldom", 39),
        _event(1, "checkout_begun", timedelta(days=1)),
        _event(2, "upgrade", timedelta(hours=5), revenue=-4, seats=3),
        _event(3, "upgrade", timedelta(hours=4), revenue=9, seats="three"),
        _event(4, "Order Refunded", timedelta(hours=3), revenue=-2.5),
        _event(5, "page_view", timedelta(hours=-1)),
        _event(6, "page_view", timedelta(0)),
    ],
    FUNNELS,
)
WARNINGS = {
    "accepted_values_int_projects_is_time_zone_known__False__True": 1,
    "warn_saved_funnels_of_one_step": 1,
    "warn_funnel_steps_happen": 1,
    "warn_negative_amounts_are_refunds_by_name": 1,
    "warn_events_have_happened": 1,
    "warn_events_keep_coming": 1,
    "properties_keep_their_type": 1,
}
"""Rows that each test of the models finds; those that are not named find none."""
